# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += lab/demo lab/fabric lab/install lab/apt.sh \
	lab/beside.py lab/book.py lab/checks.py lab/cluster.py lab/cluster_demo.py \
	lab/cluster_book.py lab/cluster_lan.py lab/cluster_pods.py \
	lab/demo.py lab/fabric.py lab/failover.py lab/guest.py lab/kernel \
	lab/kube.py lab/kubelets.py lab/kubelets6.py lab/lan.py lab/lan_demo.py lab/links.py \
	lab/memory.py lab/neighbors.py lab/node lab/pauses.py lab/pod.c lab/registry.py \
	lab/scenario.py \
	lab/debian13 lab/routers/__init__.py lab/routers/bird.py \
	lab/routers/exabgp.py lab/routers/exabgp_helper.py lab/routers/frr.py \
	lab/routers/gobgp.py lab/routers/openbgpd.py lab/routers/router.py \
	lab/stream.py lab/traffic.py lab/wire.py \
	lab/vm.py lab/watches.py \
	lab/manifests/cluster/bgp.yaml lab/manifests/cluster/kustomization.yaml \
	lab/manifests/cluster/ipv6.yaml lab/manifests/cluster/lan.yaml \
	lab/manifests/cluster/shop.yaml \
	lab/manifests/common/bgp.yaml lab/manifests/common/services.yaml \
	lab/manifests/dir/endpoints.yaml lab/manifests/dir/nodes.yaml \
	lab/manifests/kube/calico-crd.yaml lab/manifests/kube/calico.yaml \
	lab/manifests/kube/namespace.yaml lab/manifests/kube/nodes.yaml \
	lab/manifests/kube/pods.yaml
noinst_PROGRAMS += lab/stream
lab_stream_SOURCES = lab/stream.c
