/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <hdf5.h>

/* What make-keras.c puts files together with, and those of broken ones take them apart.
 */

hid_t keras_check (hid_t id);
void keras_put_attribute (hid_t object, const char *key, hid_t type, int n, const void *bytes);
void keras_put_texts (hid_t object, const char *key, int n, const char *const *texts);
void keras_put_text (hid_t object, const char *key, const char *text);
void keras_put_names (hid_t file, const char *path, const char *key, const char *names);
void keras_put_values (hid_t parent,
                       const char *name,
                       hid_t type,
                       int n_dims,
                       const hsize_t *dims,
                       int k,
                       hid_t create);
hid_t keras_open_group (hid_t parent, const char *name);

/* A link in place of what is at @path: to @to, or to @to of another file. */
void keras_put_soft_link (hid_t file, const char *path, const char *to);
void keras_put_external_link (hid_t file, const char *path, const char *other, const char *to);

/* Into @folder, from the bytes of a good whole model. */
void keras_make_broken (const char *folder, const char *good, size_t n);

/* Those in Keras 3's own form. */
void keras_make_store (const char *good, const char *broken);
void keras_make_broken_store (const char *folder, const char *good, size_t n);
