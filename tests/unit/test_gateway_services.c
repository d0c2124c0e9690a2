/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services as the implementations of the Gateway API make them (doc/gateways.md), each
 * for a Gateway with spec.addresses: [10.0.0.2], where it knows what that is.
 */
#include "tests/unit/allocator_cases.h"

#include <stdlib.h>

#include "common/alloc.h"

static struct cluster *
cluster_of_both(void)
{
	return dual_group("10.0.0.0/29", "fd00::/125");
}

/* The Service of the Gateway "shop"; each is the members of an object, or "". */
static void
gateway(struct cluster *c, const char *where, const char *annotations,
    const char *spec)
{
	char *text =
	    xasprintf("{'metadata':{'labels':{"
		      "'gateway.networking.k8s.io/gateway-name':'shop'},"
		      "'annotations':{%s}},'spec':{%s}}",
		annotations, spec);

	service(c, where, text);
	free(text);
}

/* One address is asked for, as that is all that the field takes; both are got. */
TEST(istio_asks_by_load_balancer_ip_for_both_families)
{
	struct cluster *c = cluster_of_both();

	gateway(c, "web/shop-istio", "",
	    "'ipFamilyPolicy':'PreferDualStack','ipFamilies':['IPv4','IPv6'],"
	    "'loadBalancerIP':'10.0.0.2','ports':["
	    "{'name':'status-port','port':15021,'protocol':'TCP'},"
	    "{'name':'http','port':80,'protocol':'TCP','appProtocol':'http'}],"
	    "'selector':{'gateway.networking.k8s.io/gateway-name':'shop'}");
	assert_has(c, "web/shop-istio", "10.0.0.2,fd00::");
	assert_says(c, "web/shop-istio", "True Assigned");
	cluster_free(c);
}

TEST(contour_asks_by_load_balancer_ip)
{
	struct cluster *c = cluster_of_both();

	gateway(c, "web/envoy-shop", "",
	    "'loadBalancerIP':'10.0.0.2','externalTrafficPolicy':'Local',"
	    "'selector':{'app':'envoy-shop'}");
	assert_has(c, "web/envoy-shop", "10.0.0.2");
	cluster_free(c);
}

TEST(cilium_asks_by_its_annotation)
{
	struct cluster *c = cluster_of_both();

	gateway(c, "web/cilium-gateway-shop",
	    "'lbipam.cilium.io/ips':'10.0.0.2'",
	    "'externalTrafficPolicy':'Local'");
	assert_has(c, "web/cilium-gateway-shop", "10.0.0.2");
	cluster_free(c);
}

/* What the Gateway's spec.infrastructure.annotations say is copied by each. */
TEST(annotations_of_the_gateway_ask_in_every_way)
{
	struct cluster *c = cluster_of_both();

	gateway(c, "web/envoy-shop",
	    "'lbbgp.io/addresses':'10.0.0.2,fd00::2',"
	    "'lbbgp.io/service-group':'dual'",
	    "'ipFamilyPolicy':'RequireDualStack','ipFamilies':['IPv4','IPv6'],"
	    "'externalTrafficPolicy':'Local',"
	    "'selector':{'gateway.envoyproxy.io/owning-gateway-name':'shop'}");
	assert_has(c, "web/envoy-shop", "10.0.0.2,fd00::2");
	cluster_free(c);
}

/*
 * Envoy Gateway and NGINX Gateway Fabric: such an address is announced where it is
 * listed, and is no request; the Service has one of a pool beside it.
 */
TEST(external_ips_are_beside_what_the_service_gets)
{
	struct cluster *c = cluster_of_both();

	cluster_put(c, "BGPConfiguration", "default",
	    "{'spec':{'serviceExternalIPs':[{'cidr':'10.0.0.2/32'}]}}");
	gateway(c, "web/envoy-shop", "", "'externalIPs':['10.0.0.2']");
	assert_has(c, "web/envoy-shop", "10.0.0.0");
	assert_says(c, "web/envoy-shop", "True Assigned");
	cluster_free(c);
}

/* Traefik's chart makes its Service. */
TEST(who_asks_for_nothing_gets_the_next)
{
	struct cluster *c = cluster_of_both();

	service(c, "web/traefik",
	    "{'metadata':{'labels':{'app.kubernetes.io/name':'traefik'}},"
	    "'spec':{'selector':{'app.kubernetes.io/name':'traefik'},"
	    "'ports':[{'name':'web','port':80},{'name':'quic','port':443,"
	    "'protocol':'UDP'},{'name':'websecure','port':443}]}}");
	assert_has(c, "web/traefik", "10.0.0.0");
	cluster_free(c);
}

TEST(class_of_another_load_balancer_is_left_to_it)
{
	struct cluster *c = cluster_of_both();

	gateway(c, "web/cilium-gateway-shop", "",
	    "'loadBalancerClass':'io.cilium/bgp-control-plane'");
	assert_has(c, "web/cilium-gateway-shop", "");
	assert_says(c, "web/cilium-gateway-shop", "");
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    istio_asks_by_load_balancer_ip_for_both_families),
		cmocka_unit_test(contour_asks_by_load_balancer_ip),
		cmocka_unit_test(cilium_asks_by_its_annotation),
		cmocka_unit_test(annotations_of_the_gateway_ask_in_every_way),
		cmocka_unit_test(external_ips_are_beside_what_the_service_gets),
		cmocka_unit_test(who_asks_for_nothing_gets_the_next),
		cmocka_unit_test(class_of_another_load_balancer_is_left_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
