// zlib names its start function with a macro that adds the size of its own struct; Swift does not import it.
#ifndef MDSSM_CZLIB_SHIM_H
#define MDSSM_CZLIB_SHIM_H

#include <zlib.h>

static inline int czlib_start(z_stream *stream) { return inflateInit2(stream, MAX_WBITS); }
static inline int czlib_start_raw(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }

#endif
