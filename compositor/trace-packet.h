/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_COMPOSITOR_TRACE_PACKET_H
#define WR_COMPOSITOR_TRACE_PACKET_H

#include "trace-encode.h"
#include "trace.pb-c.h"

/** For trace-encode.c and trace-head.c. */

/** A packet of the trace's sequence that may use all that the head defines. */
Wr__TracePacket trace_packet_init(const struct trace_identity *identity);

void trace_packet_append(struct trace_buffer *buffer, Wr__TracePacket *packet);

#endif
