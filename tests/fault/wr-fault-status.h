/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_FAULT_STATUS_H
#define WR_FAULT_STATUS_H

#include <stdbool.h>

struct fault_page;

/**
 * Print what every process of a control page has counted to stdout.
 *
 * As JSON: one object with "request", "lost_at" (CLOCK_MONOTONIC in s of the compositor's last
 * loss, or of the latest loss of anyone; 0 for none) and "processes"; the keys are described in
 * doc/fault-injection.md.
 */
void wr_fault_print_status(struct fault_page *page, bool json);

#endif
