// The plain functions of SHA-256: the general ones of OpenSSL 3 look their algorithm up for every digest.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
