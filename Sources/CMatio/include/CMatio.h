// libmatio, opened when it is first needed, for the reason that CHDF5 is: it brings HDF5 along.
#ifndef MDSSM_CMATIO_H
#define MDSSM_CMATIO_H

#include <matio.h>

// Opens the library unless it is open. Returns 0 when it is there and of the version of these headers; otherwise no
// function of it may be called.
int cmatio_load(void);

// 0, or how the library was lost: see CGuard.
int cmatio_lost(void);

#endif
