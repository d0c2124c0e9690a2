/* SPDX-License-Identifier: Apache-2.0 */
/*
 * placeholder - texts that stand for a value which another program puts there:
 * "${VAR}", "{{ .Values.x }}", what SOPS has encrypted.
 */
#ifndef CLI_CONVERT_PLACEHOLDER_H
#define CLI_CONVERT_PLACEHOLDER_H

#include <stdbool.h>

bool placeholder_is(const char *text);
#endif
