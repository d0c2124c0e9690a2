/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/placeholder.h"

#include <stddef.h>
#include <string.h>

/* How it begins and how it ends, with spaces around it; end "": anyhow. */
static const struct form {
	const char *begin, *end;
} forms[] = {
	{ "ENC[", "]" },            /* SOPS */
	{ "<", ">" },               /* argocd-vault-plugin, and by hand */
	{ "ref+", "" },             /* vals */
	{ "vault:", "" },           /* bank-vaults */
	{ "op://", "" },            /* 1Password */
	{ "$ANSIBLE_VAULT;", "" },  /* ansible-vault */
	{ "-----BEGIN AGE", "" },   /* age */
	{ "-----BEGIN PGP M", "" }, /* OpenPGP */
	{ "@@", "@@" },             /* by hand */
	{ "%%", "%%" },             /* by hand */
	{ "__", "__" },             /* by hand */
};

/* "$VAR" as a shell has it: a name behind the $, and nothing else. */
static bool
is_variable(const char *text, size_t length)
{
	static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t n = text[0] == '$' ? strspn(text + 1, name) : 0;

	return n > 0 && 1 + n == length;
}

bool
placeholder_is(const char *text)
{
	static const char *const inside[] = { "${", "$(", "{{", "{%", "<%" };

	text += strspn(text, " \t\n");
	size_t n = strlen(text);

	while (n > 0 && strchr(" \t\n", text[n - 1]) != NULL)
		n--;
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		if (strstr(text, inside[i]) != NULL)
			return true;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t begin = strlen(forms[i].begin);
		size_t end = strlen(forms[i].end);

		if (n > begin + end &&
		    strncmp(text, forms[i].begin, begin) == 0 &&
		    strncmp(text + n - end, forms[i].end, end) == 0)
			return true;
	}
	return is_variable(text, n);
}
