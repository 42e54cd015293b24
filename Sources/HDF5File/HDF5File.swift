// HDF5File
