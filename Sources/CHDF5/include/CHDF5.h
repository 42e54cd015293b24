// HDF5, opened when it is first needed: it brings thirty libraries along that most commands never use, and loading them
// takes longer than those commands do. Every function of the library that HDF5File calls is in functions.c.
//
// HDF5 names its native types, property classes and open flags with macros that call H5open; Swift does not import those, so
// each one that HDF5File needs is a function here.
#ifndef MDSSM_CHDF5_H
#define MDSSM_CHDF5_H

// Debian keeps the headers of the library without MPI in a folder of their own.
#if __has_include(<hdf5/serial/hdf5.h>)
#include <hdf5/serial/hdf5.h>
#else
#include <hdf5.h>
#endif

// Opens the library unless it is open. Returns 0 when it is there and of the version of these headers; otherwise nothing else
// here may be called.
int chdf5_load(void);

// 0, or how the library was lost: see CGuard.
int chdf5_lost(void);

hid_t chdf5_native_double(void);
hid_t chdf5_native_float(void);
hid_t chdf5_native_int64(void);
hid_t chdf5_native_int8(void);
hid_t chdf5_c_string(void);
hid_t chdf5_object_reference(void);
hid_t chdf5_file_float32(void);
hid_t chdf5_file_float64(void);
hid_t chdf5_file_int64(void);
hid_t chdf5_class_file_access(void);
hid_t chdf5_class_dataset_create(void);
hid_t chdf5_class_dataset_transfer(void);
hid_t chdf5_class_link_create(void);
hid_t chdf5_class_link_access(void);
hid_t chdf5_default(void);
hid_t chdf5_all(void);
size_t chdf5_variable(void);
unsigned chdf5_read_only(void);
unsigned chdf5_truncate(void);

// Lets links that lead into other files fail.
herr_t chdf5_refuse_other_files(hid_t link_access);

// How the next dataset is read by this thread: texts of more bytes than this in all are refused.
hid_t chdf5_transfer(size_t most);

// Calls the visitor with every object that hard links of this one lead to, each once, until it returns another number than 0.
// The visitor must call no function of the library.
typedef herr_t (*chdf5_visitor)(const char *name, H5O_type_t type, void *data);
herr_t chdf5_visit(hid_t object, chdf5_visitor visitor, void *data);

// Calls the listener with what the library said about its last failure, outermost first, by the same rule.
typedef void (*chdf5_listener)(const char *text, void *data);
void chdf5_complaints(chdf5_listener listener, void *data);

#endif
