/* SPDX-License-Identifier: MIT */
/* What a file of this folder defines, under the name that the generated table includes. */
#ifndef WHYRST_SCENARIOS_SCENARIO_H
#define WHYRST_SCENARIOS_SCENARIO_H

#include "lab/scenario.h"

#endif
