/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/addrset.h"

#include <assert.h>

/*
 * Weight-balanced as by Hirai and Yamamoto, "Balancing weight-balanced trees"
 * (2011): with these two numbers insertion and removal both keep the balance.
 */
enum { DELTA = 3, GAMMA = 2 };

size_t
addrset_size(const struct addrset_node *root)
{
	return root != NULL ? root->size : 0;
}

static size_t
weight(const struct addrset_node *n)
{
	return addrset_size(n) + 1;
}

static void
resize(struct addrset_node *n)
{
	n->size =
	    (uint32_t)(addrset_size(n->left) + addrset_size(n->right) + 1);
}

static struct addrset_node *
rotate_left(struct addrset_node *n)
{
	struct addrset_node *up = n->right;

	n->right = up->left;
	up->left = n;
	resize(n);
	resize(up);
	return up;
}

static struct addrset_node *
rotate_right(struct addrset_node *n)
{
	struct addrset_node *up = n->left;

	n->left = up->right;
	up->right = n;
	resize(n);
	resize(up);
	return up;
}

/* The tree n after one of its sides has grown or shrunk by one. */
static struct addrset_node *
balance(struct addrset_node *n)
{
	resize(n);
	if (weight(n->right) > DELTA * weight(n->left)) {
		if (weight(n->right->left) >= GAMMA * weight(n->right->right))
			n->right = rotate_right(n->right);
		return rotate_left(n);
	}
	if (weight(n->left) > DELTA * weight(n->right)) {
		if (weight(n->left->right) >= GAMMA * weight(n->left->left))
			n->left = rotate_left(n->left);
		return rotate_right(n);
	}
	return n;
}

static struct addrset_node *
insert(struct addrset_node *n, struct addrset_node *node)
{
	if (n == NULL)
		return node;
	int order = addr_cmp(&node->addr, &n->addr);

	assert(order != 0);
	if (order < 0)
		n->left = insert(n->left, node);
	else
		n->right = insert(n->right, node);
	return balance(n);
}

void
addrset_insert(struct addrset_node **root, struct addrset_node *node)
{
	node->left = node->right = NULL;
	node->size = 1;
	*root = insert(*root, node);
}

static struct addrset_node *
remove_first(struct addrset_node *n, struct addrset_node **first)
{
	if (n->left == NULL) {
		*first = n;
		return n->right;
	}
	n->left = remove_first(n->left, first);
	return balance(n);
}

/* The two sides of a node that is gone, as one tree. */
static struct addrset_node *
join(struct addrset_node *left, struct addrset_node *right)
{
	struct addrset_node *top;

	if (right == NULL)
		return left;
	right = remove_first(right, &top);
	top->left = left;
	top->right = right;
	return balance(top);
}

static struct addrset_node *
take_out(
    struct addrset_node *n, const struct addr *a, struct addrset_node **out)
{
	if (n == NULL)
		return NULL;
	int order = addr_cmp(a, &n->addr);

	if (order == 0) {
		*out = n;
		return join(n->left, n->right);
	}
	if (order < 0)
		n->left = take_out(n->left, a, out);
	else
		n->right = take_out(n->right, a, out);
	return balance(n);
}

struct addrset_node *
addrset_remove(struct addrset_node **root, const struct addr *a)
{
	struct addrset_node *out = NULL;

	*root = take_out(*root, a, &out);
	return out;
}

struct addrset_node *
addrset_find(struct addrset_node *n, const struct addr *a)
{
	while (n != NULL) {
		int order = addr_cmp(a, &n->addr);

		if (order == 0)
			return n;
		n = order < 0 ? n->left : n->right;
	}
	return NULL;
}

struct addrset_node *
addrset_at(struct addrset_node *n, size_t index)
{
	while (n != NULL) {
		size_t left = addrset_size(n->left);

		if (index == left)
			return n;
		if (index < left) {
			n = n->left;
		} else {
			index -= left + 1;
			n = n->right;
		}
	}
	return NULL;
}

static bool
is_not_below(const void *arg, const struct addr *a, size_t index)
{
	(void)index;
	return addr_cmp(a, arg) >= 0;
}

size_t
addrset_below(const struct addrset_node *root, const struct addr *a)
{
	return addrset_search(root, is_not_below, a);
}

size_t
addrset_search(const struct addrset_node *n,
    bool (*test)(const void *arg, const struct addr *, size_t index),
    const void *arg)
{
	size_t before = 0; /* elements known to fail the test */

	while (n != NULL) {
		size_t index = before + addrset_size(n->left);

		if (test(arg, &n->addr, index)) {
			n = n->left;
		} else {
			before = index + 1;
			n = n->right;
		}
	}
	return before;
}
