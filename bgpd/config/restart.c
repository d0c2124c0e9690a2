/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/restart.h"

#include <jansson.h>

struct restart_settings
restart_decode(const json_t *obj)
{
	if (obj == NULL)
		return (struct restart_settings){ .enabled = true,
			.time = RESTART_TIME_DEFAULT };
	return (struct restart_settings){
		.enabled = json_is_true(json_object_get(obj, "enabled")),
		.time = (uint16_t)json_integer_value(
		    json_object_get(obj, "restartTime")),
		.long_lived = (uint32_t)json_integer_value(
		    json_object_get(obj, "longLivedTime")),
		.notification =
		    json_is_true(json_object_get(obj, "notification")),
	};
}
