// libmatio, opened when it is first needed: it brings HDF5 along, which most commands never use. Every function of the library
// that ArrayFiles calls is in functions.c.
#ifndef MDSSM_CMATIO_H
#define MDSSM_CMATIO_H

#include <matio.h>

// Opens the library unless it is open. Returns 0 when it is there; otherwise nothing else here may be called.
int cmatio_load(void);

#endif
