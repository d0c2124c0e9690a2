# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += cli/libcli.a
cli_libcli_a_SOURCES = \
	cli/cells.c cli/cells.h \
	cli/client_io.c cli/client_io.h \
	cli/commands.c cli/commands.h \
	cli/convert_io.c cli/convert_io.h \
	cli/objects.c cli/objects.h \
	cli/objects_io.c cli/objects_io.h \
	cli/output.c cli/output.h \
	cli/plugin_io.c cli/plugin_io.h \
	cli/print.c cli/print.h \
	cli/table.c cli/table.h

cli_ldadd = cli/libcli.a $(explain_archives) \
	bgpd/config/libconfig.a common/libcommon_io.a \
	common/api/libapi.a common/libcommon.a $(SMARTCOLS_LIBS) \
	$(EVENT_LIBS) $(CURL_LIBS) $(JANSSON_LIBS) $(YAML_LIBS)

bin_PROGRAMS += lbbgp
lbbgp_SOURCES = cli/main.c
lbbgp_LDADD = $(cli_ldadd)

cli_test_ldadd = $(cli_ldadd) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_client_io
tests_unit_test_client_io_SOURCES = tests/unit/test_client_io.c
tests_unit_test_client_io_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_commands
tests_unit_test_commands_SOURCES = tests/unit/test_commands.c
tests_unit_test_commands_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_objects
tests_unit_test_objects_SOURCES = tests/unit/test_objects.c tests/unit/reply.h
tests_unit_test_objects_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_objects_io
tests_unit_test_objects_io_SOURCES = tests/unit/test_objects_io.c \
	tests/fake/fake_api.c tests/fake/fake_api.h
tests_unit_test_objects_io_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_plugin_io
tests_unit_test_plugin_io_SOURCES = tests/unit/test_plugin_io.c
tests_unit_test_plugin_io_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_output
tests_unit_test_output_SOURCES = tests/unit/test_output.c tests/unit/reply.h
tests_unit_test_output_LDADD = $(cli_test_ldadd)

completiondir = $(datadir)/bash-completion/completions
install-data-local: install-completion
uninstall-local: uninstall-completion
EXTRA_DIST += cli/lbbgp.bash
.PHONY: install-completion uninstall-completion
install-completion:
	$(MKDIR_P) '$(DESTDIR)$(completiondir)'
	$(INSTALL_DATA) '$(srcdir)/cli/lbbgp.bash' \
		'$(DESTDIR)$(completiondir)/lbbgp'
uninstall-completion:
	rm -f '$(DESTDIR)$(completiondir)/lbbgp'
