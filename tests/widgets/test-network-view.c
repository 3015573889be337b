/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widget-test.h"

#include "retort-ice-line.h"
#include "retort-network-block.h"
#include "retort-network-stack.h"

static const RetortBlockInfo blocks[] = {
  { "stem", "48x48x16", 448, NULL },
  { "stage 1", "24x24x16", 1216, NULL },
  { "stage 2", "24x24x32", 5376, NULL },
  { "head", "3", 195, "3 classes · new" },
};

static RetortNetworkView *
new_view (void)
{
  RetortNetworkView *view = RETORT_NETWORK_VIEW (retort_network_view_new ());

  retort_network_view_set_blocks (view, blocks, G_N_ELEMENTS (blocks));
  return view;
}

static void
test_properties (void)
{
  RetortNetworkView *view = g_object_ref_sink (new_view ());

  test_round_trip_int (view, "n-frozen", 2);
  test_round_trip_string (view, "caption", "An epoch takes 0.4 s");
  g_assert_finalize_object (view);
}

static void
note_cb (RetortNetworkView *view,
         int                n_frozen,
         GString           *log)
{
  g_string_append_printf (log, "%d;", n_frozen);
}

/* A click freezes up to the block or thaws from it; the head never freezes; code does not emit
 * the signal. */
static void
test_click (void)
{
  static const struct { int click; int expected; } steps[] = {
    { 1, 2 },     /* trains: it and all below freeze */
    { 0, 0 },     /* frozen: it and all above thaw */
    { 2, 3 },
    { 1, 1 },
    { 3, 3 },     /* the head: all below freeze */
    { 3, 3 },     /* and nothing more */
  };
  RetortNetworkView *view = new_view ();
  GtkWidget *window = test_show (GTK_WIDGET (view), 380, 200);
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (view, "freeze-changed", G_CALLBACK (note_cb), log);
  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_signal_emit_by_name (retort_network_view_get_block (view, steps[i].click), "clicked");
      g_assert_cmpint (retort_network_view_get_n_frozen (view), ==, steps[i].expected);
      for (int b = 0; b < 4; b++)
        {
          GtkWidget *block = retort_network_view_get_block (view, b);

          g_assert_cmpint (retort_network_block_get_frozen (RETORT_NETWORK_BLOCK (block)), ==,
                           b < steps[i].expected);
        }
    }
  g_assert_cmpstr (log->str, ==, "2;0;3;1;3;");
  retort_network_view_set_n_frozen (view, 99);
  g_assert_cmpint (retort_network_view_get_n_frozen (view), ==, 3);
  retort_network_view_set_n_frozen (view, 0);
  g_assert_cmpstr (log->str, ==, "2;0;3;1;3;");
  test_finish (window, GTK_WIDGET (view));
}

static void
test_accessible (void)
{
  RetortNetworkView *view = new_view ();
  GtkWidget *window = test_show (GTK_WIDGET (view), 380, 200);
  GtkWidget *block = retort_network_view_get_block (view, 2);
  GtkWidget *line = test_find (GTK_WIDGET (view), RETORT_TYPE_ICE_LINE);

  test_assert_label (block, "stage 2, 24x24x32, 5,376 parameters, trains");
  retort_network_view_set_n_frozen (view, 3);
  retort_network_view_set_caption (view, "Computed once");
  test_assert_label (block, "stage 2, 24x24x32, 5,376 parameters, frozen");
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (block), GTK_ACCESSIBLE_STATE_PRESSED,
                                    GTK_ACCESSIBLE_TRISTATE_TRUE);
  test_assert_description (view, "3 of 4 blocks frozen. Computed once");
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (line), GTK_ACCESSIBLE_ROLE_SLIDER);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (line), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                       3.0);
  test_finish (window, GTK_WIDGET (view));
}

static void
get_bounds (GtkWidget       *widget,
            GtkWidget       *stack,
            graphene_rect_t *bounds)
{
  g_assert_true (gtk_widget_compute_bounds (widget, stack, bounds));
}

/* Lowest at the bottom, narrower upwards, no overlaps, the ice line between what is frozen and
 * what trains. */
static void
test_geometry (void)
{
  RetortNetworkView *view = new_view ();
  GtkWidget *window = test_show (GTK_WIDGET (view), 380, 200);
  GtkWidget *stack = test_find (GTK_WIDGET (view), RETORT_TYPE_NETWORK_STACK);
  GtkWidget *line = test_find (GTK_WIDGET (view), RETORT_TYPE_ICE_LINE);

  for (int n_frozen = 0; n_frozen <= 3; n_frozen++)
    {
      graphene_rect_t ice, below, above;

      retort_network_view_set_n_frozen (view, n_frozen);
      test_draw_frames (stack, 2);
      get_bounds (line, stack, &ice);
      g_assert_cmpfloat (ice.origin.y, >=, 0);
      g_assert_cmpfloat (ice.origin.y + ice.size.height, <=, gtk_widget_get_height (stack));
      for (int i = 0; i < 3; i++)
        {
          get_bounds (retort_network_view_get_block (view, i), stack, &below);
          get_bounds (retort_network_view_get_block (view, i + 1), stack, &above);
          g_assert_cmpfloat (above.origin.y + above.size.height, <=, below.origin.y);
          g_assert_cmpfloat (above.size.width, <, below.size.width);
          if (i < n_frozen)
            g_assert_cmpfloat (ice.origin.y + ice.size.height, <=, below.origin.y);
          else
            g_assert_cmpfloat (below.origin.y + below.size.height, <=, ice.origin.y);
        }
      /* Where the line is, is what it stands for. */
      g_assert_cmpint (retort_network_stack_count_below (RETORT_NETWORK_STACK (stack),
                                                         ice.origin.y + ice.size.height / 2),
                       ==, n_frozen);
    }
  g_assert_cmpint (retort_network_stack_count_below (RETORT_NETWORK_STACK (stack), -100), ==, 3);
  g_assert_cmpint (retort_network_stack_count_below (RETORT_NETWORK_STACK (stack), 1000), ==, 0);
  test_finish (window, GTK_WIDGET (view));
}

static void
test_other_networks (void)
{
  RetortNetworkView *view = new_view ();
  GtkWidget *window = test_show (GTK_WIDGET (view), 300, 300);
  RetortBlockInfo many[16];

  retort_network_view_set_n_frozen (view, 3);
  retort_network_view_set_blocks (view, blocks + 2, 2);
  g_assert_cmpint (retort_network_view_get_n_frozen (view), ==, 1);
  for (int i = 0; i < 16; i++)
    many[i] = (RetortBlockInfo) { "block", "7x7x512", 1000000, NULL };
  retort_network_view_set_blocks (view, many, 16);
  test_draw_frames (GTK_WIDGET (view), 2);
  g_assert_cmpint (retort_network_view_get_n_blocks (view), ==, 16);
  for (int i = 0; i < 16; i++)
    g_assert_cmpint (gtk_widget_get_height (retort_network_view_get_block (view, i)), >=, 16);
  retort_network_view_set_blocks (view, NULL, 0);
  test_draw_frames (GTK_WIDGET (view), 2);
  g_assert_cmpint (retort_network_view_get_n_frozen (view), ==, 0);
  test_finish (window, GTK_WIDGET (view));
}

/* A network of sixteen blocks: a stem, three stages of 2, 3 and 9, one block between, a head. */
static RetortNetworkView *
new_large_view (void)
{
  static const char *const names[] = {
    "stem", "stage1.0", "stage1.1", "stage2.0", "stage2.1", "stage2.2", "last", "stage3.0",
    "stage3.1", "stage3.2", "stage3.3", "stage3.4", "stage3.5", "stage3.6", "stage3.7", "head"
  };
  RetortBlockInfo many[16];
  RetortNetworkView *view = RETORT_NETWORK_VIEW (retort_network_view_new ());

  for (int i = 0; i < 16; i++)
    many[i] = (RetortBlockInfo) { names[i], "7x7x512", 1000, i == 15 ? "10 classes" : NULL };
  retort_network_view_set_blocks (view, many, 16);
  return view;
}

static int
count_rows (RetortNetworkView *view)
{
  GtkWidget *last = NULL;
  int n = 0;

  for (int i = 0; i < 16; i++)
    {
      GtkWidget *block = retort_network_view_get_block (view, i);

      n += block != last;
      last = block;
    }
  return n;
}

/* A stage is one row with all its parameters, frozen as a whole; opened, each block has its row. */
static void
test_stages (void)
{
  RetortNetworkView *view = new_large_view ();
  GtkWidget *window = test_show (GTK_WIDGET (view), 380, 600);
  RetortNetworkStack *stack = RETORT_NETWORK_STACK (test_find (GTK_WIDGET (view),
                                                               RETORT_TYPE_NETWORK_STACK));
  GtkWidget *opener = retort_network_stack_get_opener (stack, 2);

  g_assert_cmpint (retort_network_view_get_n_blocks (view), ==, 16);
  g_assert_cmpint (count_rows (view), ==, 6);
  test_assert_label (retort_network_view_get_block (view, 4),
                     "stage2, 3 blocks, 7x7x512, 3,000 parameters, trains");
  test_assert_label (opener, "Open stage3");
  g_signal_emit_by_name (retort_network_view_get_block (view, 4), "clicked");
  g_assert_cmpint (retort_network_view_get_n_frozen (view), ==, 6);
  g_signal_emit_by_name (retort_network_view_get_block (view, 4), "clicked");
  g_assert_cmpint (retort_network_view_get_n_frozen (view), ==, 3);

  g_signal_emit_by_name (opener, "clicked");
  test_draw_frames (GTK_WIDGET (view), 2);
  g_assert_cmpint (count_rows (view), ==, 6 - 1 + 8);
  test_assert_label (opener, "Shut stage3");
  test_assert_label (retort_network_view_get_block (view, 8),
                     "stage3.1, 7x7x512, 1,000 parameters, trains");
  g_signal_emit_by_name (retort_network_view_get_block (view, 8), "clicked");
  g_assert_cmpint (retort_network_view_get_n_frozen (view), ==, 9);

  /* The ice line is in it: it stays open. Elsewhere it can be shut again. */
  g_assert_false (gtk_widget_get_sensitive (opener));
  retort_network_view_set_n_frozen (view, 7);
  g_assert_true (gtk_widget_get_sensitive (opener));
  g_signal_emit_by_name (opener, "clicked");
  g_assert_cmpint (count_rows (view), ==, 6);
  g_assert_cmpint (retort_network_view_get_n_frozen (view), ==, 7);
  test_finish (window, GTK_WIDGET (view));
}

/* What a block learns at is said where it is pointed at, of a stage from its lowest to its highest;
 * what is frozen learns at none. Of another network nothing is known. */
static void
test_rates (void)
{
  RetortNetworkView *view = new_large_view ();
  double rates[16] = { 0.0 };
  GtkWidget *block;

  for (int i = 3; i < 16; i++)
    rates[i] = i < 6 ? i * 0.001 : 0.25;
  g_object_ref_sink (view);
  retort_network_view_set_n_frozen (view, 3);
  retort_network_view_set_rates (view, rates);
  block = retort_network_view_get_block (view, 4);
  g_assert_cmpstr (gtk_widget_get_tooltip_text (block), ==,
                   "Learning rate 0.003 to 0.005\n"
                   "Click to freeze up to here, or to thaw from here");
  block = retort_network_view_get_block (view, 8);
  g_assert_true (g_str_has_prefix (gtk_widget_get_tooltip_text (block), "Learning rate 0.25\n"));
  block = retort_network_view_get_block (view, 1);
  g_assert_true (g_str_has_prefix (gtk_widget_get_tooltip_text (block), "Click to freeze"));

  retort_network_view_set_n_frozen (view, 4);   /* opens the stage: its blocks have their own */
  block = retort_network_view_get_block (view, 4);
  g_assert_true (g_str_has_prefix (gtk_widget_get_tooltip_text (block), "Learning rate 0.004\n"));

  retort_network_view_set_blocks (view, blocks, G_N_ELEMENTS (blocks));
  block = retort_network_view_get_block (view, 3);
  g_assert_true (g_str_has_prefix (gtk_widget_get_tooltip_text (block), "The head always trains"));
  g_assert_finalize_object (view);
}

/* A number of frozen blocks in the middle of a stage opens it; the line is dragged from row to row,
 * past a stage that is shut as a whole. */
static void
test_stages_line (void)
{
  RetortNetworkView *view = new_large_view ();
  GtkWidget *window = test_show (GTK_WIDGET (view), 380, 600);
  RetortNetworkStack *stack = RETORT_NETWORK_STACK (test_find (GTK_WIDGET (view),
                                                               RETORT_TYPE_NETWORK_STACK));
  GtkWidget *line = test_find (GTK_WIDGET (view), RETORT_TYPE_ICE_LINE);
  static const int stops[] = { 1, 3, 4, 5, 6, 7, 15, 15 };
  graphene_rect_t bounds;

  retort_network_view_set_n_frozen (view, 4);   /* stage2.0 is frozen, stage2.1 is not */
  test_draw_frames (GTK_WIDGET (view), 2);
  g_assert_cmpint (count_rows (view), ==, 6 - 1 + 3);
  retort_network_view_set_n_frozen (view, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (stops); i++)
    {
      g_signal_emit_by_name (line, "move", 1);
      g_assert_cmpint (retort_network_view_get_n_frozen (view), ==, stops[i]);
      test_draw_frames (GTK_WIDGET (view), 2);
      get_bounds (line, GTK_WIDGET (stack), &bounds);
      g_assert_cmpint (retort_network_stack_count_below (stack, bounds.origin.y
                                                                + bounds.size.height / 2),
                       ==, stops[i]);
    }
  g_signal_emit_by_name (line, "move", -1);
  g_assert_cmpint (retort_network_view_get_n_frozen (view), ==, 7);
  test_finish (window, GTK_WIDGET (view));
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/widgets/network-view/properties", test_properties);
  g_test_add_func ("/widgets/network-view/click", test_click);
  g_test_add_func ("/widgets/network-view/accessible", test_accessible);
  g_test_add_func ("/widgets/network-view/geometry", test_geometry);
  g_test_add_func ("/widgets/network-view/other-networks", test_other_networks);
  g_test_add_func ("/widgets/network-view/stages", test_stages);
  g_test_add_func ("/widgets/network-view/stages-line", test_stages_line);
  g_test_add_func ("/widgets/network-view/rates", test_rates);
  return g_test_run ();
}
