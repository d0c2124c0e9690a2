# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += cli/libcli.a
cli_libcli_a_SOURCES = \
	cli/alikes.c cli/alikes.h \
	cli/cells.c cli/cells.h \
	cli/client_io.c cli/client_io.h \
	cli/cluster_kinds.c cli/cluster_kinds.h \
	cli/command_table.c cli/command_table.h \
	cli/commands.c cli/commands.h \
	cli/completion.c cli/completion.h \
	cli/convert_io.c cli/convert_io.h \
	cli/doctor.c cli/doctor.h \
	cli/doctor_api.c cli/doctor_api.h \
	cli/doctor_classes.c cli/doctor_classes.h \
	cli/doctor_cluster.c cli/doctor_cluster.h \
	cli/doctor_conditions.c cli/doctor_conditions.h \
	cli/doctor_facts.c cli/doctor_facts.h \
	cli/doctor_io.c cli/doctor_io.h \
	cli/doctor_kernel.c cli/doctor_kernel.h \
	cli/doctor_others.c cli/doctor_others.h \
	cli/doctor_rights.c cli/doctor_rights.h \
	cli/drain.c cli/drain.h \
	cli/drain_io.c cli/drain_io.h \
	cli/files_io.c cli/files_io.h \
	cli/findings.c cli/findings.h \
	cli/dump_io.c cli/dump_io.h \
	cli/inquiry.c cli/inquiry.h \
	cli/inquiry_io.c cli/inquiry_io.h \
	cli/mrt.c cli/mrt.h \
	cli/objects.c cli/objects.h \
	cli/objects_io.c cli/objects_io.h \
	cli/plugin_io.c cli/plugin_io.h \
	cli/probe_io.c cli/probe_io.h \
	cli/print.c cli/print.h \
	cli/print_diff.c \
	cli/print_events.c \
	cli/print_lists.c \
	cli/print_peers.c \
	cli/print_table.h \
	cli/shells.c cli/shells.h \
	cli/table.c cli/table.h \
	cli/wrap.c cli/wrap.h

cli_ldadd = cli/libcli.a $(diff_archives) $(explain_archives) \
	bgpd/config/libconfig.a bgpd/wire/libwire.a common/libcommon_io.a \
	common/api/libapi.a common/libcommon.a $(SMARTCOLS_LIBS) \
	$(EVENT_LIBS) $(CURL_LIBS) $(JANSSON_LIBS) $(YAML_LIBS) $(CRYPTO_LIBS)

dist_bin_SCRIPTS = cli/kubectl-lbbgp
bin_PROGRAMS += lbbgp
lbbgp_SOURCES = cli/main.c cli/options.c cli/options.h
lbbgp_LDADD = $(cli_ldadd)

cli_test_ldadd = $(cli_ldadd) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_client_io
tests_unit_test_client_io_SOURCES = tests/unit/test_client_io.c
tests_unit_test_client_io_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_doctor
tests_unit_test_doctor_SOURCES = tests/unit/test_doctor.c \
	tests/unit/manifests.h tests/unit/reply.h
tests_unit_test_doctor_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_doctor_api
tests_unit_test_doctor_api_SOURCES = tests/unit/test_doctor_api.c \
	tests/unit/manifests.h tests/unit/reply.h
tests_unit_test_doctor_api_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_doctor_cluster
tests_unit_test_doctor_cluster_SOURCES = tests/unit/test_doctor_cluster.c \
	tests/unit/manifests.h tests/unit/reply.h
tests_unit_test_doctor_cluster_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_doctor_io
tests_unit_test_doctor_io_SOURCES = tests/unit/test_doctor_io.c \
	tests/unit/directory.h
tests_unit_test_doctor_io_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_drain_command
tests_unit_test_drain_command_SOURCES = tests/unit/test_drain_command.c
tests_unit_test_drain_command_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_commands
tests_unit_test_commands_SOURCES = tests/unit/test_commands.c
tests_unit_test_commands_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_dump_io
tests_unit_test_dump_io_SOURCES = tests/unit/test_dump_io.c tests/unit/reply.h
tests_unit_test_dump_io_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_mrt
tests_unit_test_mrt_SOURCES = tests/unit/test_mrt.c tests/unit/reply.h
tests_unit_test_mrt_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_probe_io
tests_unit_test_probe_io_SOURCES = tests/unit/test_probe_io.c
tests_unit_test_probe_io_LDADD = $(cli_test_ldadd)

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

check_PROGRAMS += tests/unit/test_print
tests_unit_test_print_SOURCES = tests/unit/test_print.c tests/unit/reply.h
tests_unit_test_print_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_wrap
tests_unit_test_wrap_SOURCES = tests/unit/test_wrap.c
tests_unit_test_wrap_LDADD = $(cli_test_ldadd)

check_PROGRAMS += tests/unit/test_completion
tests_unit_test_completion_SOURCES = tests/unit/test_completion.c
tests_unit_test_completion_LDADD = $(cli_test_ldadd)

# The scripts of shells, which lbbgp prints, too.
completions = cli/lbbgp.bash cli/lbbgp.zsh cli/lbbgp.fish
EXTRA_DIST += $(completions)
BUILT_SOURCES = cli/completion_scripts.h
CLEANFILES += cli/completion_scripts.h
cli/shells.$(OBJEXT): cli/completion_scripts.h
cli/completion_scripts.h: $(completions)
	$(AM_V_GEN)$(MKDIR_P) cli && for f in $(completions); do \
		shell=$${f##*.}; \
		echo "static const char $${shell}_script[] ="; \
		sed -e 's/[\\"]/\\&/g' -e 's/^/"/' -e 's/$$/\\n"/' \
			"$(srcdir)/$$f" || exit 1; \
		echo ';'; \
	done >$@.new && mv $@.new $@

bash_dir = $(DESTDIR)$(datadir)/bash-completion/completions
zsh_dir = $(DESTDIR)$(datadir)/zsh/site-functions
fish_dir = $(DESTDIR)$(datadir)/fish/vendor_completions.d
install-data-local: install-completion
uninstall-local: uninstall-completion
.PHONY: install-completion uninstall-completion
install-completion:
	$(MKDIR_P) '$(bash_dir)' '$(zsh_dir)' '$(fish_dir)'
	$(INSTALL_DATA) '$(srcdir)/cli/lbbgp.bash' '$(bash_dir)/lbbgp'
	$(INSTALL_DATA) '$(srcdir)/cli/lbbgp.zsh' '$(zsh_dir)/_lbbgp'
	$(INSTALL_DATA) '$(srcdir)/cli/lbbgp.fish' '$(fish_dir)/lbbgp.fish'
uninstall-completion:
	rm -f '$(bash_dir)/lbbgp' '$(zsh_dir)/_lbbgp' '$(fish_dir)/lbbgp.fish'
