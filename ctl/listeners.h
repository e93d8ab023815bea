/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Events into the report: for connection.c only. */
#ifndef WESTON_ROBUST_CTL_LISTENERS_H
#define WESTON_ROBUST_CTL_LISTENERS_H

struct connection;

/** Fills connection->report, and calls connection->news, from connection->recovery's events. */
void listen_to_recovery(struct connection *connection);

/** The same for connection->operators. */
void listen_to_operator(struct connection *connection);

#endif
