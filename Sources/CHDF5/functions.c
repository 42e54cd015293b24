// The functions of HDF5 that HDF5File calls: each looks itself up in the library at its first call.
// Hidden, so that other libraries that use HDF5 find its own functions and not these.
#include <dlfcn.h>
#include <stdlib.h>
#include "CGuard.h"
#pragma GCC visibility push(hidden)
#include "CHDF5.h"
#pragma GCC visibility pop

// The name that later versions give to the type of this one.
#if H5_VERS_MAJOR == 1 && H5_VERS_MINOR < 12
#define H5O_iterate1_t H5O_iterate_t
#define H5O_info1_t H5O_info_t
#endif

static struct cguard_library library = {.title = "the HDF5 library"};

// The library under the names that distributions give it, by the version of its interface.
static const char *const names[] = {
  "libhdf5_serial.so.103", "libhdf5.so.103", "libhdf5_serial.so.310", "libhdf5.so.310",
  "libhdf5_serial.so.200", "libhdf5.so.200", "libhdf5_serial.so", "libhdf5.so",
};

static int fits(void *found) {
  // Before any other call. Files are closed by those who opened them; a library that a damaged file has confused must not tidy
  // up when the program ends.
  herr_t (*leave)(void) = dlsym(found, "H5dont_atexit");
  if (!leave || leave() < 0) return 0;
  herr_t (*version)(unsigned *, unsigned *, unsigned *) = dlsym(found, "H5get_libversion");
  unsigned major, minor, patch;
  return version && version(&major, &minor, &patch) >= 0 && major == H5_VERS_MAJOR && minor == H5_VERS_MINOR;
}

int chdf5_load(void) { return cguard_open(&library, names, sizeof names / sizeof *names, fits); }

int chdf5_lost(void) { return library.lost; }

#define FORWARD(result, name, parameters, arguments) \
  CGUARD_FORWARD(library, result, name, parameters, arguments, (result)-1)
#define FORWARD_OR_0(result, name, parameters, arguments) \
  CGUARD_FORWARD(library, result, name, parameters, arguments, (result)0)

FORWARD(hid_t, H5Acreate2, (hid_t a, const char *b, hid_t c, hid_t d, hid_t e, hid_t f), (a, b, c, d, e, f))
FORWARD(herr_t, H5Adelete, (hid_t a, const char *b), (a, b))
FORWARD(htri_t, H5Aexists, (hid_t a, const char *b), (a, b))
FORWARD(hid_t, H5Aget_space, (hid_t a), (a))
FORWARD(hid_t, H5Aget_type, (hid_t a), (a))
FORWARD(hid_t, H5Aopen, (hid_t a, const char *b, hid_t c), (a, b, c))
FORWARD(herr_t, H5Aread, (hid_t a, hid_t b, void *c), (a, b, c))
FORWARD(herr_t, H5Awrite, (hid_t a, hid_t b, const void *c), (a, b, c))
FORWARD(hid_t, H5Dcreate2, (hid_t a, const char *b, hid_t c, hid_t d, hid_t e, hid_t f, hid_t g), (a, b, c, d, e, f, g))
FORWARD(hid_t, H5Dget_create_plist, (hid_t a), (a))
FORWARD(hid_t, H5Dget_space, (hid_t a), (a))
FORWARD_OR_0(hsize_t, H5Dget_storage_size, (hid_t a), (a))
FORWARD(hid_t, H5Dget_type, (hid_t a), (a))
FORWARD(herr_t, H5Dread, (hid_t a, hid_t b, hid_t c, hid_t d, hid_t e, void *f), (a, b, c, d, e, f))
FORWARD(herr_t, H5Dvlen_reclaim, (hid_t a, hid_t b, hid_t c, void *d), (a, b, c, d))
FORWARD(haddr_t, H5Dget_offset, (hid_t a), (a))
FORWARD(herr_t, H5Dwrite, (hid_t a, hid_t b, hid_t c, hid_t d, hid_t e, const void *f), (a, b, c, d, e, f))
FORWARD(herr_t, H5Eset_auto2, (hid_t a, H5E_auto2_t b, void *c), (a, b, c))
FORWARD(herr_t, H5Ewalk2, (hid_t a, H5E_direction_t b, H5E_walk2_t c, void *d), (a, b, c, d))
FORWARD(herr_t, H5Fclose, (hid_t a), (a))
FORWARD(hid_t, H5Fcreate, (const char *a, unsigned b, hid_t c, hid_t d), (a, b, c, d))
FORWARD(herr_t, H5Fflush, (hid_t a, H5F_scope_t b), (a, b))
FORWARD(htri_t, H5Fis_hdf5, (const char *a), (a))
FORWARD(hid_t, H5Fopen, (const char *a, unsigned b, hid_t c), (a, b, c))
FORWARD(herr_t, H5free_memory, (void *a), (a))
FORWARD(hid_t, H5Gcreate2, (hid_t a, const char *b, hid_t c, hid_t d, hid_t e), (a, b, c, d, e))
FORWARD(herr_t, H5Gget_info, (hid_t a, H5G_info_t *b), (a, b))
FORWARD(int, H5Idec_ref, (hid_t a), (a))
FORWARD(ssize_t, H5Iget_name, (hid_t a, char *b, size_t c), (a, b, c))
FORWARD(H5I_type_t, H5Iget_type, (hid_t a), (a))
FORWARD(htri_t, H5Lexists, (hid_t a, const char *b, hid_t c), (a, b, c))
FORWARD(ssize_t, H5Lget_name_by_idx, (hid_t a, const char *b, H5_index_t c, H5_iter_order_t d, hsize_t e, char *f, size_t g, hid_t h),
        (a, b, c, d, e, f, g, h))
FORWARD(htri_t, H5Oexists_by_name, (hid_t a, const char *b, hid_t c), (a, b, c))
FORWARD(herr_t, H5Ovisit2, (hid_t a, H5_index_t b, H5_iter_order_t c, H5O_iterate1_t d, void *e, unsigned f), (a, b, c, d, e, f))
FORWARD(hid_t, H5Oopen, (hid_t a, const char *b, hid_t c), (a, b, c))
FORWARD(herr_t, H5open, (void), ())
FORWARD(hid_t, H5Pcreate, (hid_t a), (a))
FORWARD(H5Z_filter_t, H5Pget_filter2, (hid_t a, unsigned b, unsigned int *c, size_t *d, unsigned *e, size_t f, char *g, unsigned *h),
        (a, b, c, d, e, f, g, h))
FORWARD(int, H5Pget_external_count, (hid_t a), (a))
FORWARD(H5D_layout_t, H5Pget_layout, (hid_t a), (a))
FORWARD(int, H5Pget_nfilters, (hid_t a), (a))
FORWARD(herr_t, H5Pget_virtual_count, (hid_t a, size_t *b), (a, b))
FORWARD(ssize_t, H5Pget_virtual_filename, (hid_t a, size_t b, char *c, size_t d), (a, b, c, d))
FORWARD(herr_t, H5Pset_char_encoding, (hid_t a, H5T_cset_t b), (a, b))
FORWARD(herr_t, H5Pset_chunk, (hid_t a, int b, const hsize_t *c), (a, b, c))
FORWARD(herr_t, H5Pset_create_intermediate_group, (hid_t a, unsigned b), (a, b))
FORWARD(herr_t, H5Pset_deflate, (hid_t a, unsigned b), (a, b))
FORWARD(herr_t, H5Pset_elink_cb, (hid_t a, H5L_elink_traverse_t b, void *c), (a, b, c))
FORWARD(herr_t, H5Pset_file_locking, (hid_t a, hbool_t b, hbool_t c), (a, b, c))
FORWARD(herr_t, H5Pset_obj_track_times, (hid_t a, hbool_t b), (a, b))
FORWARD(herr_t, H5Pset_shuffle, (hid_t a), (a))
FORWARD(herr_t, H5Pset_vlen_mem_manager, (hid_t a, H5MM_allocate_t b, void *c, H5MM_free_t d, void *e), (a, b, c, d, e))
FORWARD(hid_t, H5Rdereference2, (hid_t a, hid_t b, H5R_type_t c, const void *d), (a, b, c, d))
FORWARD(hid_t, H5Screate, (H5S_class_t a), (a))
FORWARD(hid_t, H5Screate_simple, (int a, const hsize_t *b, const hsize_t *c), (a, b, c))
FORWARD(int, H5Sget_simple_extent_dims, (hid_t a, hsize_t *b, hsize_t *c), (a, b, c))
FORWARD(int, H5Sget_simple_extent_ndims, (hid_t a), (a))
FORWARD(H5S_class_t, H5Sget_simple_extent_type, (hid_t a), (a))
FORWARD(herr_t, H5Sselect_hyperslab, (hid_t a, H5S_seloper_t b, const hsize_t *c, const hsize_t *d, const hsize_t *e, const hsize_t *f),
        (a, b, c, d, e, f))
FORWARD(hid_t, H5Tcopy, (hid_t a), (a))
FORWARD(hid_t, H5Tenum_create, (hid_t a), (a))
FORWARD(herr_t, H5Tenum_insert, (hid_t a, const char *b, const void *c), (a, b, c))
FORWARD(htri_t, H5Tequal, (hid_t a, hid_t b), (a, b))
FORWARD(H5T_class_t, H5Tget_class, (hid_t a), (a))
FORWARD(H5T_cset_t, H5Tget_cset, (hid_t a), (a))
FORWARD_OR_0(char *, H5Tget_member_name, (hid_t a, unsigned b), (a, b))
FORWARD(int, H5Tget_nmembers, (hid_t a), (a))
FORWARD(H5T_sign_t, H5Tget_sign, (hid_t a), (a))
FORWARD_OR_0(size_t, H5Tget_size, (hid_t a), (a))
FORWARD(H5T_str_t, H5Tget_strpad, (hid_t a), (a))
FORWARD(htri_t, H5Tis_variable_str, (hid_t a), (a))
FORWARD(hid_t, H5Tget_super, (hid_t a), (a))
FORWARD(herr_t, H5Tset_cset, (hid_t a, H5T_cset_t b), (a, b))
FORWARD(herr_t, H5Tset_size, (hid_t a, size_t b), (a, b))
FORWARD(htri_t, H5Zfilter_avail, (H5Z_filter_t a), (a))

// The names that the headers write as a call of H5open and a variable; whoever calls these has loaded and opened the library.
#define NAMED(name, variable) \
  hid_t chdf5_##name(void) { return *(hid_t *)cguard_find(&library, #variable "_g"); }

NAMED(native_double, H5T_NATIVE_DOUBLE)
NAMED(native_float, H5T_NATIVE_FLOAT)
NAMED(native_int64, H5T_NATIVE_INT64)
NAMED(native_int8, H5T_NATIVE_INT8)
NAMED(c_string, H5T_C_S1)
NAMED(object_reference, H5T_STD_REF_OBJ)
NAMED(file_float32, H5T_IEEE_F32LE)
NAMED(file_float64, H5T_IEEE_F64LE)
NAMED(file_int64, H5T_STD_I64LE)
NAMED(class_file_access, H5P_CLS_FILE_ACCESS_ID)
NAMED(class_dataset_create, H5P_CLS_DATASET_CREATE_ID)
NAMED(class_dataset_transfer, H5P_CLS_DATASET_XFER_ID)
NAMED(class_link_create, H5P_CLS_LINK_CREATE_ID)
NAMED(class_link_access, H5P_CLS_LINK_ACCESS_ID)

#undef H5CHECK
#undef H5OPEN
#define H5CHECK
#define H5OPEN
hid_t chdf5_default(void) { return H5P_DEFAULT; }
hid_t chdf5_all(void) { return H5S_ALL; }
size_t chdf5_variable(void) { return H5T_VARIABLE; }
unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }

static herr_t refuse(const char *file, const char *group, const char *other, const char *object, unsigned *flags,
                     hid_t access, void *data) {
  (void)file, (void)group, (void)other, (void)object, (void)flags, (void)access, (void)data;
  return -1;
}

herr_t chdf5_refuse_other_files(hid_t link_access) { return H5Pset_elink_cb(link_access, refuse, NULL); }

static _Thread_local size_t memory_left;

static void *allocate(size_t size, void *data) {
  (void)data;
  if (size > memory_left) return NULL;
  memory_left -= size;
  return malloc(size);
}

hid_t chdf5_transfer(size_t most) {
  memory_left = most;
  hid_t list = H5Pcreate(chdf5_class_dataset_transfer());
  if (list >= 0) H5Pset_vlen_mem_manager(list, allocate, NULL, NULL, NULL);
  return list;
}

// Functions of ours that the library calls back, so that it may be left by a jump; ours of Swift may not.
struct visit {
  chdf5_visitor visitor;
  void *data;
};

static herr_t visit(hid_t object, const char *name, const H5O_info1_t *info, void *data) {
  (void)object;
  const struct visit *visit = data;
  cguard_aside(1);
  herr_t result = visit->visitor(name, info->type, visit->data);
  cguard_aside(0);
  return result;
}

herr_t chdf5_visit(hid_t object, chdf5_visitor visitor, void *data) {
  struct visit all = {visitor, data};
  return H5Ovisit2(object, H5_INDEX_NAME, H5_ITER_INC, visit, &all, H5O_INFO_BASIC);
}

struct complaints {
  chdf5_listener listener;
  void *data;
};

static herr_t complain(unsigned place, const H5E_error2_t *entry, void *data) {
  (void)place;
  const struct complaints *complaints = data;
  if (!entry || !entry->desc) return 0;
  cguard_aside(1);
  complaints->listener(entry->desc, complaints->data);
  cguard_aside(0);
  return 0;
}

void chdf5_complaints(chdf5_listener listener, void *data) {
  struct complaints all = {listener, data};
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, complain, &all);
}
