/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resources - doc/reference/resources.md: every field of every resource, from the
 * tables that their decoders go by.
 */
#ifndef DOC_RESOURCES_H
#define DOC_RESOURCES_H

char *resources_page(void); /* owned */
#endif
