/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-network-identify.h"
#include "rt-recipe.h"

#include "rt-loader.h"
#include "rt-task.h"

G_BEGIN_DECLS

/* A network with pretrained weights, its preprocessing and its provenance: what a card says. */
typedef struct
{
  char         *name;           /* "resnet8-letters" */
  char         *spec;           /* "builtin:resnet8-letters" */
  char         *title;          /* "resnet8 on letters" */
  char         *network;        /* "resnet8" */
  int           hidden[RT_MAX_HIDDEN];
  RtInputFormat format;
  GPtrArray    *class_names;    /* of char *; may be empty where not known */
  char         *trained_on;
  char         *trained_by;
  char         *licence;
  double        accuracy;       /* on its own validation set; NaN where not known */
  double        seconds;        /* of training */
  guint64       n_params;
  guint64       bytes;
  char         *weights_path;   /* file that holds them */

  /* Of a file that was read; not in the card. */
  gboolean      format_guessed; /* neither the file nor the network's publishers say it */
  gboolean      turned;         /* takes blue first: its first convolution is turned when read */
  RtIdentity    identity;       /* what it was taken for; network NULL: it was not read */
  GPtrArray    *left_over;      /* (nullable) of char *: its tensors that have no place */
  char         *carded;         /* (nullable) the network of its card, where another was named */
} RtBackbone;

/* Nothing known: no names, no classes, accuracy and seconds NaN. (transfer full) */
RtBackbone *rt_backbone_new       (void) G_GNUC_WARN_UNUSED_RESULT;
void        rt_backbone_free      (RtBackbone *backbone);
RtBackbone *rt_backbone_copy      (const RtBackbone *backbone) G_GNUC_WARN_UNUSED_RESULT;

/* Its weights are this file: says so, with the file's name, spec and size. */
void        rt_backbone_set_path  (RtBackbone *backbone, const char *path);

/* The shipped ones, from the cards in data/backbones (NAME.json beside NAME.safetensors), by
 * name. (transfer full): of RtBackbone */
GPtrArray  *rt_backbone_list_builtin (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The user's own, from rt_backbone_keep(); what has no card that can be read is left out. (transfer
 * full): of RtBackbone */
GPtrArray  *rt_backbone_list_kept    (void) G_GNUC_WARN_UNUSED_RESULT;

/* What a network's inputs look like where nothing says otherwise: its own size, and the mean and
 * deviation that its publishers trained it with; 0.5 and 0.25 for the project's own. */
void        rt_backbone_get_default_format (const char    *network,
                                            RtInputFormat *format);

/* The key that makes a JSON file a card. */
#define RT_BACKBONE_CARD_KEY "retort_backbone"

/* From its card's JSON, and to it. @path is where the text comes from: errors name it, and the
 * weights lie beside it. @length may be -1. (transfer full) */
RtBackbone *rt_backbone_parse_card (const char  *text,
                                    gssize       length,
                                    const char  *path,
                                    GError     **error) G_GNUC_WARN_UNUSED_RESULT;
char       *rt_backbone_print_card (const RtBackbone *backbone) G_GNUC_WARN_UNUSED_RESULT;

/* The same of a file. */
RtBackbone *rt_backbone_read_card  (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean    rt_backbone_write_card (const RtBackbone *backbone, const char *path, GError **error);

/* Where the card of a file of weights lies, or would: "a.json" of "a.safetensors". (transfer
 * full) */
char       *rt_backbone_get_card_path (const char *path);

/* The card beside a file of weights: @found is NULL where there is none, (transfer full) else. A
 * JSON file of another kind is nothing to us; one that is meant as a card and is damaged is an
 * error: without it the network would be given other inputs than it learned from. */
gboolean    rt_backbone_find_card  (const char   *path,
                                    RtBackbone  **found,
                                    GError      **error);

/* FALSE with an error where a card lies there, which a file of another kind must not replace. */
gboolean    rt_backbone_check_no_card (const char  *path,
                                       GError     **error);

/* Of the samples that a task validates and tests on, those that a run has been trained on. */
typedef struct
{
  size_t   n_validation;
  size_t   n_test;
  gboolean inherited;     /* of some only those that it began from, or was taught by */
  /* By the run's own split, which these fields of its recipe make, there would be none. */
  gboolean split_is_clean;
  uint64_t seed;
  double   validation;
  double   test;
} RtSeen;

/**
 * RtResolver:
 * @resolve_run: finds the weights of "run:N" or "run:N@E" (transfer full); NULL where there are no
 *   runs
 * @count_seen: (nullable) what run N has seen of @task, which is @recipe's; @seen comes as zeros,
 *   and stays so where nothing is known
 *
 * How a recipe's specs become backbones, without train knowing of the store.
 */
typedef struct
{
  RtBackbone *(*resolve_run) (int      run,
                              int      epoch,      /* 0: the best */
                              void    *data,
                              GError **error);
  void        *data;
  void       (*count_seen)   (int             run,
                              const RtRecipe *recipe,
                              const RtTask   *task,
                              RtSeen         *seen,
                              void           *data);
} RtResolver;

/* A file of weights (safetensors, PyTorch, Keras, ONNX): which network it is of, unless @network
 * says (nullable), its preprocessing and size, by its card where that is of this file and network.
 * Reads the whole file. (transfer full) */
RtBackbone *rt_backbone_open_file    (const char    *path,
                                      const char    *network,
                                      GCancellable  *cancellable,
                                      GError       **error) G_GNUC_WARN_UNUSED_RESULT;

/* What of a file without a card was guessed, or goes against its card, in a line that ends with how
 * it is settled; NULL where nothing does. (transfer full) */
char       *rt_backbone_describe_guess (const RtBackbone *backbone) G_GNUC_WARN_UNUSED_RESULT;

/* Its tensors by its network's names (not of an mlp). @identity: (out) (nullable): what they were
 * taken for. (transfer full) */
RtTensorList *rt_backbone_read_tensors (const RtBackbone  *backbone,
                                        RtIdentity        *identity,
                                        GCancellable      *cancellable,
                                        GError           **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes its @tensors as a safetensors file that says of itself, too, what the card does. */
gboolean    rt_backbone_write_tensors (const RtBackbone  *backbone,
                                       RtTensorList      *tensors,
                                       const char        *path,
                                       GError           **error);

/* Writes it with its card to the user's own backbones as @name, which must be new there; its
 * network must take inputs of its format. Nothing is there where it was cancelled. Returns its
 * spec. (transfer full) */
char       *rt_backbone_keep         (const RtBackbone  *backbone,
                                      const char        *name,
                                      GCancellable      *cancellable,
                                      GError           **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where they lie; need not be there. (transfer full) */
char       *rt_backbone_get_kept_folder (void) G_GNUC_WARN_UNUSED_RESULT;

/* @spec "builtin:NAME", "file:PATH" (relative to @folder; a card, PATH with the ending .json, may
 * lie beside it; without one the file is read and asked, unless @network is "mlp"), "run:N",
 * "run:N@E", "catalogue:NAME" where that was fetched. Never NULL without an error that names @spec,
 * or the file, and what there is. (transfer full) */
RtBackbone *rt_resolver_find      (const RtResolver  *resolver,
                                   const char        *spec,
                                   const char        *network,
                                   const char        *folder,
                                   GError           **error) G_GNUC_WARN_UNUSED_RESULT;

/* The numbers of "run:N" and "run:N@E", @epoch (nullable) 0 of the former; FALSE where @spec
 * (nullable) is neither. */
gboolean    rt_resolver_parse_run (const char        *spec,
                                   int               *run,
                                   int               *epoch);

/* What @spec has seen of @task, which is @recipe's: nothing where it is no run. */
void        rt_resolver_count_seen (const RtResolver *resolver,   /* (nullable) */
                                    const char       *spec,
                                    const RtRecipe   *recipe,
                                    const RtTask     *task,
                                    RtSeen           *seen);

/* A network with a backbone's weights and its own head. (transfer full) */
RtNetwork  *rt_backbone_load      (const RtBackbone  *backbone,
                                   GError           **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtBackbone, rt_backbone_free)

G_END_DECLS
