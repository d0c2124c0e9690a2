# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += cli/libcli.a
cli_libcli_a_SOURCES = \
	cli/cells.c cli/cells.h \
	cli/client_io.c cli/client_io.h \
	cli/commands.c cli/commands.h \
	cli/objects.c cli/objects.h \
	cli/objects_io.c cli/objects_io.h \
	cli/output.c cli/output.h \
	cli/print.c cli/print.h \
	cli/table.c cli/table.h

cli_ldadd = cli/libcli.a common/libcommon_io.a common/api/libapi.a \
	common/libcommon.a $(SMARTCOLS_LIBS) $(EVENT_LIBS) $(CURL_LIBS) \
	$(JANSSON_LIBS) $(YAML_LIBS)

bin_PROGRAMS += lbbgp
lbbgp_SOURCES = cli/main.c
lbbgp_LDADD = $(cli_ldadd)
