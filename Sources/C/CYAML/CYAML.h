/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml as the system has it. */
#include <yaml.h>
