/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-data-dialog.h"

#include "retort-row-lists.h"
#include "retort-text.h"

#include "rt-corrections.h"
#include "rt-survey.h"

#include <glib/gi18n.h>

#define SAMPLE "retort-sample"

/* What a test part can be, in the order of its list. */
static const double tests[] = { 0.0, 0.1, 0.2, 0.3, RT_TASK_REST };

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
  RetortRowLists      *lists;
};

enum
{
  CORRECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortDataDialog, retort_data_dialog, ADW_TYPE_PREFERENCES_WINDOW)

static void look (RetortDataDialog *self);

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
  GtkWidget *row = retort_row_new (title);

  for (int part = RT_PART_TRAIN; part <= RT_PART_TEST; part++)
    {
      g_autofree char *text
        = retort_format_count ((gint64) rt_survey_count (self->survey, (RtPart) part, label));

      add_count (row, text);
    }
  return row;
}

static GtkWidget *
make_class (gpointer data,
            guint    at)
{
  RetortDataDialog *self = data;
  const RtDataset *dataset = rt_survey_get_task (self->survey)->dataset;

  return make_counts (self, rt_dataset_get_class_name (dataset, (int) at), (int) at);
}

/* As markup, with the notes below, each a line. (transfer full) */
static char *
describe_dataset (const RtDataset *dataset,
                  const char      *count,
                  int              n_classes)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, _("%s pictures of %d classes"), count, n_classes);
  for (guint i = 0; i < dataset->notes->len; i++)
    {
      g_autofree char *note = g_markup_escape_text (g_ptr_array_index (dataset->notes, i), -1);

      g_string_append_printf (text, "\n%s", note);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
show_split (RetortDataDialog *self)
{
  const RtDataset *dataset = rt_survey_get_task (self->survey)->dataset;
  int n = rt_dataset_get_n_classes (dataset);
  gboolean own = rt_survey_has_part (self->survey, RT_PART_TEST);
  g_autofree char *count = retort_format_count ((gint64) dataset->n_samples);
  g_autofree char *text = describe_dataset (dataset, count, n);
  g_autofree char *title = g_markup_escape_text (dataset->title, -1);
  GtkWidget *head = retort_row_new ("");

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
  retort_row_lists_add (self->lists, self->classes_group, head);
  retort_row_lists_add (self->lists, self->classes_group, make_counts (self, _("All classes"), -1));
  retort_row_lists_add_made (self->lists, self->classes_group, (guint) n, make_class, self);
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
  retort_row_lists_add_texts (self->lists, self->problems_group, texts);
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
    : _("Nothing is in two parts or in two classes, byte for byte. A picture that was saved anew "
        "is not recognised."));
  retort_row_lists_add_texts (self->lists, self->duplicates_group, texts);
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
  retort_row_lists_add_texts (self->lists, self->problems_group, problems);
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
make_correction (gpointer data,
                 guint    at)
{
  RetortDataDialog *self = data;
  const RtDataset *dataset = rt_survey_get_task (self->survey)->dataset;
  const RtCorrection *correction = rt_corrections_get (dataset->corrections, at);
  g_autofree char *name = g_filename_display_name (correction->sample);
  g_autofree char *text = describe (dataset, correction);
  g_autofree char *spoken = g_strdup_printf (_("Undo the correction of %s"), name);
  GtkWidget *row = retort_row_new (name);
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
  retort_row_lists_add_made (self->lists, self->corrections_group, n, make_correction, self);
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
  retort_row_lists_clear (self->lists);
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
  g_clear_pointer (&self->lists, retort_row_lists_free);
  g_clear_object (&self->survey);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), RETORT_TYPE_DATA_DIALOG);
  G_OBJECT_CLASS (retort_data_dialog_parent_class)->dispose (object);
}

static void
retort_data_dialog_class_init (RetortDataDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_data_dialog_dispose;
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
  self->lists = retort_row_lists_new (GTK_WIDGET (self));
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
