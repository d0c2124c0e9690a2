/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/as_path.h"

#include "bgpd/wire/bgp.h"

enum { SEGMENT_MAX = 255 };

static const char *
segment_check(struct rbuf *segment, enum as_width width)
{
	if (segment->bad)
		return "segment is longer than the path";
	if (segment->left == 0)
		return "empty segment"; /* RFC 7606 7.2 */
	while (segment->left > 0) {
		uint32_t asn = width == AS_4_OCTETS ? rbuf_u32(segment)
						    : rbuf_u16(segment);

		if (asn == 0) /* RFC 7607 2 */
			return "AS 0 in the path";
	}
	return NULL;
}

const char *
as_path_check(struct rbuf path, enum as_width width)
{
	while (path.left > 0) {
		uint8_t type = rbuf_u8(&path);
		size_t count = rbuf_u8(&path);
		struct rbuf segment = rbuf_cut(&path, count * width);

		if (type == AS_SET || type == AS_CONFED_SET) /* RFC 9774 3 */
			return "AS_SET";
		if (type == AS_CONFED_SEQUENCE) /* RFC 5065 5 */
			return "confederation segment from a non-member";
		if (type != AS_SEQUENCE)
			return "unknown segment type";

		const char *what = segment_check(&segment, width);

		if (what != NULL)
			return what;
	}
	return NULL;
}

bool
as_path_has_set(struct rbuf path, enum as_width width)
{
	while (path.left > 0) {
		uint8_t type = rbuf_u8(&path);

		if (type == AS_SET || type == AS_CONFED_SET)
			return true;
		rbuf_bytes(&path, (size_t)rbuf_u8(&path) * width);
	}
	return false;
}

/* The next segment with its head; *confed: it is of a confederation. */
static struct rbuf
as4_segment(struct rbuf *path, bool *confed)
{
	struct rbuf whole = *path;
	uint8_t type = rbuf_u8(path);

	*confed = type == AS_CONFED_SEQUENCE || type == AS_CONFED_SET;
	rbuf_bytes(path, (size_t)rbuf_u8(path) * AS_4_OCTETS);
	return rbuf_cut(&whole, whole.left - path->left);
}

const char *
as4_path_check(struct rbuf path)
{
	const char *what = NULL;
	bool confed;

	while (path.left > 0 && what == NULL) {
		struct rbuf segment = as4_segment(&path, &confed);

		if (path.bad)
			what = "segment is longer than the path";
		else if (!confed)
			what = as_path_check(segment, AS_4_OCTETS);
	}
	return what;
}

bool
as4_path_drop_confed(struct wbuf *w, struct rbuf path)
{
	size_t start = w->len;
	bool confed;

	while (path.left > 0) {
		struct rbuf segment = as4_segment(&path, &confed);

		if (!confed)
			wbuf_copy(w, segment);
	}
	return wbuf_end(w, start);
}

static uint32_t
number_next(struct as_path_iter *i, enum as_width width)
{
	if (i->segment.left == 0) {
		rbuf_u8(&i->path); /* AS_SEQUENCE */
		size_t count = rbuf_u8(&i->path);

		i->segment = rbuf_cut(&i->path, count * width);
	}
	return width == AS_4_OCTETS ? rbuf_u32(&i->segment)
				    : rbuf_u16(&i->segment);
}

uint32_t
as_path_next(struct as_path_iter *i)
{
	return number_next(i, AS_4_OCTETS);
}

static unsigned
length_of(struct rbuf path, enum as_width width)
{
	unsigned n = 0;

	while (path.left > 0) {
		rbuf_u8(&path);
		size_t count = rbuf_u8(&path);

		rbuf_bytes(&path, count * width);
		n += (unsigned)count;
	}
	return n;
}

unsigned
as_path_length(struct rbuf path)
{
	return length_of(path, AS_4_OCTETS);
}

uint32_t
as_path_first(struct rbuf path)
{
	return as_path_next(&(struct as_path_iter){ .path = path });
}

unsigned
as_path_count(struct rbuf path, uint32_t asn)
{
	struct as_path_iter i = { .path = path };
	unsigned n = 0;
	uint32_t each;

	while ((each = as_path_next(&i)) != 0)
		n += each == asn;
	return n;
}

bool
as_path_is_narrow(struct rbuf path)
{
	struct as_path_iter i = { .path = path };
	uint32_t asn;

	while ((asn = as_path_next(&i)) != 0)
		if (asn > UINT16_MAX)
			return false;
	return true;
}

/* A path being written, number by number, in segments as long as they may be. */
struct path_out {
	struct wbuf *w;
	enum as_width width;
	unsigned written;
	size_t count; /* where the count of the last segment stands */
};

static void
path_out_add(struct path_out *o, uint32_t asn)
{
	struct wbuf *w = o->w;

	if (o->written++ % SEGMENT_MAX == 0) {
		wbuf_u8(w, AS_SEQUENCE);
		o->count = w->len;
		wbuf_u8(w, 0);
	}
	if (o->width == AS_4_OCTETS)
		wbuf_u32(w, asn);
	else
		wbuf_u16(w, asn > UINT16_MAX ? AS_TRANS : (uint16_t)asn);
	if (!w->bad)
		w->p[o->count]++;
}

static void
path_out_copy(struct path_out *o, struct rbuf path)
{
	struct as_path_iter i = { .path = path };
	uint32_t asn;

	while ((asn = as_path_next(&i)) != 0)
		path_out_add(o, asn);
}

bool
as_path_prepend(struct wbuf *w, struct rbuf path, uint32_t asn, unsigned times)
{
	struct path_out o = { .w = w, .width = AS_4_OCTETS };
	size_t start = w->len;

	while (times-- > 0)
		path_out_add(&o, asn);
	path_out_copy(&o, path);
	return wbuf_end(w, start);
}

bool
as_path_drop_first(struct wbuf *w, struct rbuf path)
{
	struct path_out o = { .w = w, .width = AS_4_OCTETS };
	struct as_path_iter i = { .path = path };
	size_t start = w->len;
	uint32_t asn;

	as_path_next(&i);
	while ((asn = as_path_next(&i)) != 0)
		path_out_add(&o, asn);
	return wbuf_end(w, start);
}

bool
as_path_narrow(struct wbuf *w, struct rbuf path)
{
	struct path_out o = { .w = w, .width = AS_2_OCTETS };
	size_t start = w->len;

	path_out_copy(&o, path);
	return wbuf_end(w, start);
}

bool
as_path_merge(struct wbuf *w, struct rbuf narrow, struct rbuf as4_path)
{
	struct path_out o = { .w = w, .width = AS_4_OCTETS };
	struct as_path_iter i = { .path = narrow };
	size_t start = w->len;
	unsigned ahead = length_of(narrow, AS_2_OCTETS);
	unsigned known = as_path_length(as4_path);

	if (known > ahead) /* RFC 6793 4.2.3: then it is ignored */
		as4_path.left = known = 0;
	for (ahead -= known; ahead > 0; ahead--)
		path_out_add(&o, number_next(&i, AS_2_OCTETS));
	path_out_copy(&o, as4_path);
	return wbuf_end(w, start);
}
