# SPDX-License-Identifier: Apache-2.0
"""beside - programs of others that run on a node: haproxy, keepalived."""

import os

HAPROXY = """\
defaults
	mode tcp
	timeout connect 1s
	timeout client 60s
	timeout server 60s
listen proxy
	bind :::{port} v4v6
	server local 127.0.0.1:{to}
"""

# A script is run by root only if nobody else can write to it or its parents.
ALIVE = """\
#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/{port}
"""

KEEPALIVED = """\
global_defs {{
	router_id {node}
	script_user root
	enable_script_security
	vrrp_garp_master_delay 1
}}
vrrp_script proxy {{
	script {script}
	interval 1
	timeout 1
	rise 2
	fall 2
}}
vrrp_instance ingress {{
	state BACKUP
	interface eth0
	version {version}
	virtual_router_id {vrid}
	priority {priority}
	advert_int {interval}
	virtual_ipaddress {{
		{addresses}
	}}
	track_script {{
		proxy
	}}
}}
"""


def write(fabric, name, text, mode=0o644):
    path = f"{fabric.state}/{name}"
    with open(path, "w") as out:
        out.write(text)
    os.chmod(path, mode)
    return path


def start_haproxy(fabric, node, port, to):
    """Passes connections to the port on to another one of the node."""
    conf = write(fabric, f"haproxy-{node}.cfg",
                 HAPROXY.format(port=port, to=to))
    return fabric.start(node, ["haproxy", "-db", "-f", conf],
                        f"haproxy-{node}")


def start_keepalived(fabric, node, port, **instance):
    """One virtual router, which is given up while nobody listens at the port."""
    script = write(fabric, "alive", ALIVE.format(port=port), 0o755)
    addresses = "\n\t\t".join(instance.pop("addresses"))
    conf = write(fabric, f"keepalived-{node}.conf", KEEPALIVED.format(
        node=node, script=script, addresses=addresses, **instance))
    pid = f"{fabric.state}/keepalived-{node}"
    return fabric.start(node, [
        "keepalived", "--dont-fork", "--log-console", "--vrrp",
        f"--use-file={conf}", f"--pid={pid}.pid", f"--vrrp_pid={pid}.vrrp"],
        f"keepalived-{node}")
