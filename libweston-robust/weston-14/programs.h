/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_WESTON_14_PROGRAMS_H
#define WR_WESTON_14_PROGRAMS_H

struct glue;

/** Read what earlier sessions had linked into glue.host.programs, for renderer_init(); and see to
 * it that later ones find what this one links. */
void glue_programs_init(struct glue *glue);

/** Write what is new, if anything. The generation must still be there; NULL where there was none.
 */
void glue_programs_fini(struct glue *glue);

#endif
