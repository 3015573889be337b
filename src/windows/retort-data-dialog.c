/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-data-dialog.h"

#include "retort-text.h"

#include "rt-corrections.h"
#include "rt-survey.h"

#include <glib/gi18n.h>
#include <string.h>

#define ROWS_AT_ONCE 40   /* of a group; then it is asked for more */
#define SAMPLE       "retort-sample"
#define LIST         "retort-list"

/* What a test part can be, in the order of its list. */
static const double tests[] = { 0.0, 0.1, 0.2, 0.3, RT_TASK_REST };

typedef enum
{
  LIST_CLASSES,
  LIST_DUPLICATES,
  LIST_PROBLEMS,
  LIST_DAMAGED,
  LIST_CORRECTIONS,
  N_LISTS
} ListName;

/* Rows that are added one with each frame, and only so many before a person asks for more: to lay
 * out a row anew costs as much as there are rows, and the window is to keep its pace. */
typedef struct
{
  AdwPreferencesGroup *group;
  guint                at, n;      /* the first that is not there yet, of all */
  guint                upto;       /* where a row that asks for more comes instead */
  GtkWidget         *(*make) (RetortDataDialog *self,
                              guint             at);
  GPtrArray           *texts;      /* Owned (nullable): the rows say these, and are not made */
} RowList;

struct _RetortDataDialog
{
  AdwPreferencesWindow parent_instance;

  /* Template widgets */
  AdwPreferencesGroup *split_group;
  AdwComboRow         *test_row;
  AdwComboRow         *fit_row;
  AdwPreferencesGroup *classes_group;
  AdwPreferencesGroup *duplicates_group;
  AdwPreferencesGroup *problems_group;
  AdwPreferencesGroup *corrections_group;
  GtkWidget           *revert_all;

  /* Owned */
  RtSession           *session;
  RtSurvey            *survey;       /* (nullable) */
  GCancellable        *cancellable;  /* of what is being found out */
  GPtrArray           *rows;         /* of GtkWidget: those that were added */
  RowList              lists[N_LISTS];
  guint                filling;      /* tick callback that adds to them */
};

enum
{
  CORRECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortDataDialog, retort_data_dialog, ADW_TYPE_PREFERENCES_WINDOW)

static void look (RetortDataDialog *self);

/* Rows */

static void
add_row (RetortDataDialog    *self,
         AdwPreferencesGroup *group,
         GtkWidget           *row)
{
  adw_preferences_group_add (group, row);
  g_object_set_data (G_OBJECT (row), "retort-group", group);
  g_ptr_array_add (self->rows, row);
}

static void
clear_rows (RetortDataDialog *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);

      adw_preferences_group_remove (g_object_get_data (G_OBJECT (row), "retort-group"), row);
    }
  g_ptr_array_set_size (self->rows, 0);
}

/* Names of files are no markup, and are read whole. */
static GtkWidget *
make_row (const char *title)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title-lines", 0,
                                 "subtitle-lines", 0, NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  return row;
}

static void fill (RetortDataDialog *self);

static void
more_cb (RetortDataDialog *self,
         GtkWidget        *row)
{
  RowList *list = &self->lists[GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), LIST))];

  list->upto += ROWS_AT_ONCE;
  g_ptr_array_remove (self->rows, row);
  adw_preferences_group_remove (list->group, row);
  fill (self);
}

static GtkWidget *
make_more (RetortDataDialog *self,
           ListName          name)
{
  const RowList *list = &self->lists[name];
  guint left = list->n - list->at;
  guint next = MIN (left, ROWS_AT_ONCE);
  g_autofree char *text = g_strdup_printf (ngettext ("Show %u more", "Show %u more", next), next);
  g_autofree char *rest = g_strdup_printf (_("%u of %u are shown"), list->at, list->n);
  GtkWidget *row = make_row (text);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), rest);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("pan-down-symbolic"));
  g_object_set_data (G_OBJECT (row), LIST, GINT_TO_POINTER (name));
  g_signal_connect_object (row, "activated", G_CALLBACK (more_cb), self, G_CONNECT_SWAPPED);
  return row;
}

static gboolean
fill_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       data)
{
  RetortDataDialog *self = RETORT_DATA_DIALOG (widget);

  for (int i = 0; i < N_LISTS; i++)
    {
      RowList *list = &self->lists[i];

      if (list->at == MIN (list->n, list->upto))
        continue;
      add_row (self, list->group,
               list->texts != NULL ? make_row (g_ptr_array_index (list->texts, list->at))
                                   : list->make (self, list->at));
      list->at++;
      if (list->at == list->upto && list->at < list->n)
        add_row (self, list->group, make_more (self, (ListName) i));
      return G_SOURCE_CONTINUE;
    }
  self->filling = 0;
  return G_SOURCE_REMOVE;
}

static void
fill (RetortDataDialog *self)
{
  if (self->filling == 0)
    self->filling = gtk_widget_add_tick_callback (GTK_WIDGET (self), fill_cb, NULL, NULL);
}

static void
fill_made (RetortDataDialog    *self,
           ListName             name,
           AdwPreferencesGroup *group,
           guint                n,
           GtkWidget         *(*make) (RetortDataDialog *, guint))
{
  self->lists[name] = (RowList) { .group = group, .n = n, .upto = ROWS_AT_ONCE, .make = make };
  fill (self);
}

static void
fill_texts (RetortDataDialog    *self,
            ListName             name,
            AdwPreferencesGroup *group,
            GPtrArray           *texts)
{
  self->lists[name] = (RowList) { .group = group, .n = texts->len, .upto = ROWS_AT_ONCE,
                                  .texts = g_ptr_array_ref (texts) };
  fill (self);
}

static void
stop_filling (RetortDataDialog *self)
{
  if (self->filling != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->filling);
  self->filling = 0;
  for (int i = 0; i < N_LISTS; i++)
    g_clear_pointer (&self->lists[i].texts, g_ptr_array_unref);
  memset (self->lists, 0, sizeof self->lists);
}

/* The split */

static void
add_count (GtkWidget  *row,
           const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_width_chars (GTK_LABEL (label), 9);
  gtk_label_set_xalign (GTK_LABEL (label), 1.0f);
  gtk_widget_add_css_class (label, "numeric");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
}

static GtkWidget *
make_counts (RetortDataDialog *self,
             const char       *title,
             int               label)
{
  GtkWidget *row = make_row (title);

  for (int part = RT_PART_TRAIN; part <= RT_PART_TEST; part++)
    {
      g_autofree char *text
        = retort_format_count ((gint64) rt_survey_count (self->survey, (RtPart) part, label));

      add_count (row, text);
    }
  return row;
}

static GtkWidget *
make_class (RetortDataDialog *self,
            guint             at)
{
  const RtDataset *dataset = rt_survey_get_task (self->survey)->dataset;

  return make_counts (self, rt_dataset_get_class_name (dataset, (int) at), (int) at);
}

static void
show_split (RetortDataDialog *self)
{
  const RtDataset *dataset = rt_survey_get_task (self->survey)->dataset;
  int n = rt_dataset_get_n_classes (dataset);
  gboolean own = rt_survey_has_part (self->survey, RT_PART_TEST);
  g_autofree char *count = retort_format_count ((gint64) dataset->n_samples);
  g_autofree char *text = g_strdup_printf (_("%s pictures of %d classes"), count, n);
  g_autofree char *title = g_markup_escape_text (dataset->title, -1);
  GtkWidget *head = make_row ("");

  adw_preferences_group_set_title (self->split_group, title);
  adw_preferences_group_set_description (self->split_group, text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->test_row), !own);
  if (own)
    adw_combo_row_set_selected (self->test_row, GTK_INVALID_LIST_POSITION);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->test_row),
                               own ? _("The dataset has a test part of its own")
                                   : _("For the final figure only: nothing is chosen by it"));
  add_count (head, _("training"));
  add_count (head, _("validation"));
  add_count (head, _("test"));
  gtk_widget_add_css_class (head, "dim-label");
  add_row (self, self->classes_group, head);
  add_row (self, self->classes_group, make_counts (self, _("All classes"), -1));
  fill_made (self, LIST_CLASSES, self->classes_group, (guint) n, make_class);
}

/* A recipe may ask for another test part than the list has: then none of it is chosen. */
static void
show_choices (RetortDataDialog *self,
              RtSession        *session)
{
  double test;
  int fit;

  g_object_get (session, "test", &test, "fit", &fit, NULL);
  adw_combo_row_set_selected (self->test_row, GTK_INVALID_LIST_POSITION);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    if (tests[i] == test)
      adw_combo_row_set_selected (self->test_row, i);
  adw_combo_row_set_selected (self->fit_row, (guint) fit);
}

static void
test_chosen_cb (RetortDataDialog *self)
{
  guint chosen = adw_combo_row_get_selected (self->test_row);

  if (self->session == NULL || chosen >= G_N_ELEMENTS (tests))
    return;
  g_object_set (self->session, "test", tests[chosen], NULL);
  look (self);
}

static void
fit_chosen_cb (RetortDataDialog *self)
{
  if (self->session != NULL)
    g_object_set (self->session, "fit", (int) adw_combo_row_get_selected (self->fit_row), NULL);
}

/* Problems */

static void
damaged_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr (RetortDataDialog) self = data;
  g_autoptr (GPtrArray) texts = rt_survey_find_damaged_finish (RT_SURVEY (source), result, NULL);
  guint n;

  if (texts == NULL || RT_SURVEY (source) != self->survey)
    return;
  n = rt_survey_get_task (self->survey)->dataset->problems->len + texts->len;
  adw_preferences_group_set_description (self->problems_group, n > 0
    ? _("These are not trained on; the other pictures are.")
    : _("Every file could be read."));
  fill_texts (self, LIST_DAMAGED, self->problems_group, texts);
}

static void
duplicates_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      data)
{
  g_autoptr (RetortDataDialog) self = data;
  g_autoptr (GPtrArray) texts = rt_survey_find_duplicates_finish (RT_SURVEY (source), result,
                                                                  NULL);

  if (texts == NULL || RT_SURVEY (source) != self->survey)
    return;
  adw_preferences_group_set_description (self->duplicates_group, texts->len > 0
    ? _("The same file in two parts makes the figures better than they are; in two classes it "
        "teaches both.")
    : _("No picture is in two parts or in two classes."));
  fill_texts (self, LIST_DUPLICATES, self->duplicates_group, texts);
  /* Not at the same time: this one reads the whole of every file. */
  rt_survey_find_damaged_async (self->survey, self->cancellable, damaged_cb, g_object_ref (self));
}

static void
show_problems (RetortDataDialog *self)
{
  GPtrArray *problems = rt_survey_get_task (self->survey)->dataset->problems;

  adw_preferences_group_set_description (self->problems_group, problems->len > 0
    ? _("These are not trained on. Looking at the other pictures…")
    : _("Looking at every picture…"));
  fill_texts (self, LIST_PROBLEMS, self->problems_group, problems);
  adw_preferences_group_set_description (self->duplicates_group, _("Looking for them…"));
  rt_survey_find_duplicates_async (self->survey, self->cancellable, duplicates_cb,
                                   g_object_ref (self));
}

/* Corrections */

static void
reverted_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (RetortDataDialog) self = data;
  g_autoptr (GError) error = NULL;
  gboolean done = rt_survey_revert_finish (RT_SURVEY (source), result, &error);

  if (self->session == NULL)
    return;
  if (!done)
    {
      g_autofree char *text = g_markup_escape_text (error->message, -1);

      adw_preferences_group_set_description (self->corrections_group, text);
      return;
    }
  g_signal_emit (self, signals[CORRECTED], 0);
  look (self);
}

/* Takes back the correction of @sample (NULL: all of them). */
static void
revert (RetortDataDialog *self,
        const char       *sample)
{
  rt_survey_revert_async (self->survey, sample, reverted_cb, g_object_ref (self));
}

static void
revert_cb (RetortDataDialog *self,
           GtkWidget        *button)
{
  revert (self, g_object_get_data (G_OBJECT (button), SAMPLE));
}

static void
answered_cb (RetortDataDialog *self,
             const char       *response)
{
  if (g_str_equal (response, "undo") && self->survey != NULL)
    revert (self, NULL);
}

/* They may be hours of work, and nothing brings them back. */
static void
revert_all_cb (RetortDataDialog *self)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _("Undo all corrections?"),
                                              _("Every picture gets back the label that it came "
                                                "with, and what was set aside is trained on "
                                                "again. This cannot be taken back."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog),
                                    "cancel", _("_Cancel"),
                                    "undo", _("_Undo all corrections"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "undo",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (answered_cb), self, G_CONNECT_SWAPPED);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
}

static char *
describe (const RtDataset    *dataset,
          const RtCorrection *correction)
{
  if (!correction->applied)
    return g_strdup (_("is not there any more, or another file by now"));
  if (correction->label == NULL)
    return g_strdup (_("set aside"));
  if (correction->was < 0)
    return g_strdup (correction->label);
  return g_strdup_printf (_("%s, not %s"), correction->label,
                          rt_dataset_get_class_name (dataset, correction->was));
}

static GtkWidget *
make_correction (RetortDataDialog *self,
                 guint             at)
{
  const RtDataset *dataset = rt_survey_get_task (self->survey)->dataset;
  const RtCorrection *correction = rt_corrections_get (dataset->corrections, at);
  g_autofree char *name = g_filename_display_name (correction->sample);
  g_autofree char *text = describe (dataset, correction);
  g_autofree char *spoken = g_strdup_printf (_("Undo the correction of %s"), name);
  GtkWidget *row = make_row (name);
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-undo-symbolic");

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _("Undo the correction"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
                                  -1);
  g_object_set_data_full (G_OBJECT (button), SAMPLE, g_strdup (correction->sample), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (revert_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
show_corrections (RetortDataDialog *self)
{
  const RtDataset *dataset = rt_survey_get_task (self->survey)->dataset;
  guint n = dataset->corrections != NULL ? rt_corrections_get_n (dataset->corrections) : 0;

  gtk_widget_set_visible (self->revert_all, n > 0);
  adw_preferences_group_set_description (self->corrections_group, n > 0
    ? _("Kept beside the dataset, whose own files are never changed.")
    : _("Nothing is corrected. A picture's menu in Mistakes mends its label or sets it aside."));
  fill_made (self, LIST_CORRECTIONS, self->corrections_group, n, make_correction);
}

/* All of it */

static void
surveyed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (RetortDataDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtSurvey) survey = rt_survey_finish (result, &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable || self->session == NULL)
    return;
  stop_filling (self);
  clear_rows (self);
  g_set_object (&self->survey, survey);
  if (survey == NULL)
    {
      g_autofree char *text = g_markup_escape_text (error->message, -1);

      adw_preferences_group_set_description (self->split_group, text);
      return;
    }
  show_split (self);
  show_problems (self);
  show_corrections (self);
}

static void
stop (RetortDataDialog *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* What is shown stays until the answer is there. */
static void
look (RetortDataDialog *self)
{
  stop (self);
  self->cancellable = g_cancellable_new ();
  rt_survey_async (self->session, self->cancellable, surveyed_cb, g_object_ref (self));
}

/* The class */

static void
retort_data_dialog_dispose (GObject *object)
{
  RetortDataDialog *self = RETORT_DATA_DIALOG (object);

  stop (self);
  stop_filling (self);
  g_clear_object (&self->survey);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), RETORT_TYPE_DATA_DIALOG);
  G_OBJECT_CLASS (retort_data_dialog_parent_class)->dispose (object);
}

static void
retort_data_dialog_finalize (GObject *object)
{
  g_ptr_array_unref (RETORT_DATA_DIALOG (object)->rows);
  G_OBJECT_CLASS (retort_data_dialog_parent_class)->finalize (object);
}

static void
retort_data_dialog_class_init (RetortDataDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_data_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = retort_data_dialog_finalize;
  signals[CORRECTED] = g_signal_new ("corrected", RETORT_TYPE_DATA_DIALOG, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-data-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortDataDialog, split_group);
  gtk_widget_class_bind_template_child (widget_class, RetortDataDialog, test_row);
  gtk_widget_class_bind_template_child (widget_class, RetortDataDialog, fit_row);
  gtk_widget_class_bind_template_child (widget_class, RetortDataDialog, classes_group);
  gtk_widget_class_bind_template_child (widget_class, RetortDataDialog, duplicates_group);
  gtk_widget_class_bind_template_child (widget_class, RetortDataDialog, problems_group);
  gtk_widget_class_bind_template_child (widget_class, RetortDataDialog, corrections_group);
  gtk_widget_class_bind_template_child (widget_class, RetortDataDialog, revert_all);
  gtk_widget_class_bind_template_callback (widget_class, test_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, fit_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, revert_all_cb);
}

static void
retort_data_dialog_init (RetortDataDialog *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
retort_data_dialog_new (RtSession  *session,
                        const char *page)
{
  RetortDataDialog *self = g_object_new (RETORT_TYPE_DATA_DIALOG, NULL);

  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (self), page);
  /* Before the session is there: what the lists show at first is nobody's choice. */
  show_choices (self, session);
  self->session = g_object_ref (session);
  look (self);
  return GTK_WIDGET (self);
}
