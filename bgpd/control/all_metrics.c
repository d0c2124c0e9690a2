/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/all_metrics.h"

#include "bgpd/control/bfd_metrics.h"
#include "bgpd/control/bmp_metrics.h"
#include "bgpd/control/kernel_metrics.h"
#include "bgpd/control/lan_metrics.h"
#include "bgpd/control/metrics.h"

void
all_metrics_add(struct metrics *metrics, struct bgpd_metrics *numbers)
{
	bgpd_metrics_add(metrics, numbers);
	bfd_metrics_add(metrics, numbers);
	bmp_metrics_add(metrics, numbers);
	lan_metrics_add(metrics, numbers);
	kernel_metrics_add(metrics, numbers);
}
