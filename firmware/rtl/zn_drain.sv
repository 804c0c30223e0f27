// Drains a finished tile: slot after slot, 16*L/D accumulators a cycle through as many requantizers.
// Wide tiles are summed per channel instead; the sums leave after the group's last tile, as slots of up to L words, four in all.
// Latency: slot s leaves 13 + D*(s+1) cycles after done_i. Stall rule: none; tiles must be S*D cycles apart.
// Parameters: LANES 1, 2, 4, 8; SLOTS 2..4; DRAIN 1 or 2.
`default_nettype none
module zn_drain #(
    parameter int LANES = 1,  // columns of a slot
    parameter int SLOTS = 2,  // slots of a tile
    parameter int DRAIN = 2   // cycles per slot
) (
    input  wire                         clk_i,
    input  wire                         rst_i,
    input  wire                         done_i,        // slot 0's results are copied at the end of this cycle
    input  wire  [SLOTS*LANES-1:0]      mask_i,        // with done_i: valid positions
    input  wire                         first_i,       // with done_i: first tile of its group
    input  wire                         last_i,        // with done_i: last tile of its group
    input  wire                         bank_i,        // with done_i: parameter bank
    input  wire                         wide_i,        // with done_i: sums instead of activations
    input  wire                         relu_i,        // with done_i
    input  wire  [2:0]                  pre_shift_i,   // with done_i
    input  wire  [7:0]                  zero_point_i,  // with done_i
    input  wire  [SLOTS*LANES*512-1:0]  hold_i,        // [slot][lane][channel]
    input  wire                         param_write_i, // write the next cycle's parameter word
    input  wire                         param_bank_i,
    input  wire                         param_word_i,  // 0: biases, 1: multipliers and shifts
    input  wire  [511:0]                param_data_i,
    output logic                        group_done_o,  // a group's last tile has been read: its parameter bank is free
    output logic                        valid_o,       // a slot of results
    output wire  [LANES-1:0]            lane_valid_o,  // the same, a copy for each lane
    output logic [LANES-1:0]            mask_o,
    output logic [LANES*128-1:0]        data_o
);
  localparam int R = 16 * LANES / DRAIN;
  localparam int STEPS = SLOTS * DRAIN;
  localparam int SUMS = 16 * LANES;

  // Parameters of two groups
  logic [31:0] bias_q [0:31];
  logic [15:0] mult_q [0:31];
  logic [5:0]  shift_q [0:31];
  wire [7:0] write_bias, write_scale;   // for four channels each
  genvar n;
  generate
    for (n = 0; n < 8; n++) begin : g_enable
      zn_copy #(.WIDTH(2)) u_enable (
          .clk_i, .d_i({2{param_write_i && param_bank_i == 1'(n / 4)}} & {param_word_i, !param_word_i}),
          .q_o({write_scale[n], write_bias[n]}));
    end
    for (n = 0; n < 32; n++) begin : g_param
      always_ff @(posedge clk_i) begin
        if (write_bias[n/4]) bias_q[n] <= param_data_i[(n%16)*32+:32];
        if (write_scale[n/4]) begin
          mult_q[n]  <= param_data_i[(n%16)*16+:16];
          shift_q[n] <= param_data_i[256+(n%16)*8+:6];
        end
      end
    end
  endgenerate

  // Tile in hand
  logic active_q, bank_q, wide_q, relu_q, first_q, last_q;
  logic [2:0] pre_q;
  logic [7:0] zp_q;
  logic [SLOTS*LANES-1:0] mask_q;
  logic [2:0] slot_q;
  logic phase_q;
  wire phase_end = DRAIN == 1 || phase_q;
  wire slot_end = slot_q == 3'(SLOTS - 1);
  wire tile_end = active_q && phase_end && slot_end;
  assign group_done_o = tile_end && last_q;
  always_ff @(posedge clk_i) begin
    if (rst_i) active_q <= 1'b0;
    else if (done_i) active_q <= 1'b1;
    else if (tile_end) active_q <= 1'b0;
    if (done_i) begin
      bank_q  <= bank_i;
      wide_q  <= wide_i;
      relu_q  <= relu_i;
      first_q <= first_i;
      last_q  <= last_i;
      pre_q   <= pre_shift_i;
      zp_q    <= zero_point_i;
      mask_q  <= mask_i;
      slot_q  <= '0;
      phase_q <= 1'b0;
    end else if (active_q) begin
      if (phase_end) begin
        mask_q  <= mask_q >> LANES;
        slot_q  <= slot_q + 3'd1;
        phase_q <= 1'b0;
      end else phase_q <= 1'b1;
    end
  end

  // A cycle for the copies of the step's number; then
  // step 1: select the accumulators; control follows in delay lines counted from here
  logic go_q, go_phase_q, go_first_q, go_last_q;
  always_ff @(posedge clk_i) begin
    go_q       <= active_q && !rst_i;
    go_phase_q <= phase_q;
    go_first_q <= first_q && slot_q == 3'd0;
    go_last_q  <= tile_end && last_q && wide_q;
  end
  logic go_wide_q, go_relu_q;
  logic [2:0] go_pre_q;
  logic [7:0] go_zp_q;
  logic [LANES-1:0] go_mask_q;
  always_ff @(posedge clk_i) begin
    go_wide_q <= wide_q;
    go_relu_q <= relu_q;
    go_pre_q  <= pre_q;
    go_zp_q   <= zp_q;
    go_mask_q <= mask_q[LANES-1:0];
  end
  localparam int LAST = 11;
  logic [3:1] valid_d;
  logic [LAST:1] phase_d;
  logic [LANES-1:0] mask_d [1:LAST];
  logic [7:0] zp_d [1:8];
  logic [7:0] floor_d [1:9];
  logic [2:0] pre_d;
  logic [2:1] relu_d;
  logic [3:1] wide_d, sum_first_d, sum_last_d;
  integer k;
  always_ff @(posedge clk_i) begin
    valid_d <= rst_i ? '0 : {valid_d[2:1], go_q};
    phase_d <= {phase_d[LAST-1:1], go_phase_q};
    relu_d <= {relu_d[1], go_relu_q};
    wide_d <= {wide_d[2:1], go_wide_q};
    sum_first_d <= {sum_first_d[2:1], go_first_q};
    sum_last_d <= rst_i ? '0 : {sum_last_d[2:1], go_last_q};
    mask_d[1] <= go_mask_q;
    zp_d[1] <= go_zp_q;
    floor_d[1] <= go_relu_q ? go_zp_q : 8'd0;
    pre_d <= go_pre_q;
    for (k = 2; k <= LAST; k++) mask_d[k] <= mask_d[k-1];
    for (k = 2; k <= 8; k++) zp_d[k] <= zp_d[k-1];
    for (k = 2; k <= 9; k++) floor_d[k] <= floor_d[k-1];
  end

  logic [LAST:1] narrow_d;  // valid and not wide
  always_ff @(posedge clk_i) narrow_d <= rst_i ? '0 : {narrow_d[LAST-1:1], go_q && !go_wide_q};

  // Zero point and least result once for 16 lanes
  localparam int COLUMNS = (R + 15) / 16;
  wire [7:0] zp [0:COLUMNS-1];
  wire [7:0] least [0:COLUMNS-1];
  generate
    for (n = 0; n < COLUMNS; n++) begin : g_column
      zn_copy #(.WIDTH(16)) u_limits (.clk_i, .d_i({zp_d[8], floor_d[9]}), .q_o({zp[n], least[n]}));
    end
  endgenerate

  wire [7:0]  y [0:R-1];
  wire [31:0] wide [0:R-1];
  genvar r;
  generate
    for (r = 0; r < R; r++) begin : g_lane
      logic [31:0] acc_q, b_q;
      logic [15:0] m_q;
      logic [5:0]  s_q;
      // this lane's copies of what many lanes need
      wire  [1:0] slot;
      wire        phase, bank, relu;
      wire  [2:0] pre;
      zn_copy #(.WIDTH(4)) u_step (.clk_i, .d_i({slot_q[1:0], phase_q, bank_q}), .q_o({slot, phase, bank}));
      zn_copy #(.WIDTH(4)) u_shift (.clk_i, .d_i({pre_d, relu_d[2]}), .q_o({pre, relu}));
      wire  [3:0] channel;
      if (DRAIN == 2 && LANES == 1) assign channel = {phase, 3'(r)};
      else assign channel = 4'(r);
      wire [31:0] candidate [0:STEPS-1];
      genvar c;
      for (c = 0; c < STEPS; c++) begin : g_candidate
        assign candidate[c] = hold_i[((c/DRAIN)*SUMS + (c%DRAIN)*R + r)*32+:32];
      end
      localparam int SW = $clog2(STEPS);
      wire [SW-1:0] step = DRAIN == 2 ? SW'({slot, phase}) : SW'(slot);
      always_ff @(posedge clk_i) begin
        acc_q <= candidate[step];
        b_q   <= bias_q[{bank, channel}];
        m_q   <= mult_q[{bank, channel}];
        s_q   <= shift_q[{bank, channel}];
      end
      zn_requant u_requant (
          .clk_i, .acc_i(acc_q), .bias_i(b_q), .multiplier_i(m_q), .shift_i(s_q), .pre_shift_i(pre),
          .relu_i(relu), .zero_point_i(zp[r/16]), .floor_i(least[r/16]), .wide_o(wide[r]), .y_o(y[r]));
    end
  endgenerate

  // Activations: D steps make a slot
  wire [LANES*128-1:0] slot_data;
  generate
    for (r = 0; r < R; r++) begin : g_collect
      if (DRAIN == 1) assign slot_data[r*8+:8] = y[r];
      else begin : g_half
        logic [7:0] early_q;
        always_ff @(posedge clk_i) early_q <= y[r];
        assign slot_data[r*8+:8] = early_q;
        assign slot_data[(R+r)*8+:8] = y[r];
      end
    end
  endgenerate

  // Sums: index = phase * R + lane = 16 * column + channel
  logic [31:0] sum_q [0:SUMS-1];
  localparam int OUTS = LANES == 8 ? SUMS / 2 : SUMS;
  logic [31:0] out_q [0:OUTS-1];
  wire [SUMS/4-1:0] sum_move, sum_valid, sum_first;   // one copy for four sums
  generate
    for (r = 0; r < SUMS / 4; r++) begin : g_sum_control
      zn_copy #(.WIDTH(3)) u_control (
          .clk_i, .d_i({valid_d[3] && wide_d[3] && (DRAIN == 1 || phase_d[3] == 1'(4 * r / R)), mask_d[3][r/4], sum_first_d[3]}),
          .q_o({sum_move[r], sum_valid[r], sum_first[r]}));
    end
    for (r = 0; r < SUMS; r++) begin : g_sum
      wire [31:0] term = sum_valid[r/4] ? wide[r%R] : 32'd0;
      wire [31:0] next = (sum_first[r/4] ? 32'd0 : sum_q[r]) + term;
      always_ff @(posedge clk_i) if (sum_move[r/4]) sum_q[r] <= next;
    end
  endgenerate

  // Leave: a snapshot, folded over the columns, L words of four sums at a time
  localparam int EMITS = LANES >= 4 ? 1 : 4 / LANES;
  logic sum_last4_q, snap_q, fold_q;
  logic [2:0] emit_q, emit2_q;
  logic [LANES*128-1:0] fold_data;
  wire [OUTS/8-1:0] snap;
  always_ff @(posedge clk_i) begin
    sum_last4_q <= sum_last_d[3];
    snap_q <= sum_last4_q && !rst_i;
    if (rst_i) emit_q <= '0;
    else if (snap_q) emit_q <= 3'(EMITS);
    else if (emit_q != '0) emit_q <= emit_q - 3'd1;
    emit2_q <= emit_q;
    fold_q  <= emit2_q != '0 && !rst_i;
  end
  generate
    for (r = 0; r < OUTS / 8; r++) begin : g_snap
      zn_copy u_snap (.clk_i, .d_i(sum_last4_q), .q_o(snap[r]));
    end
    for (r = 0; r < OUTS; r++) begin : g_out
      // eight columns are folded to four on the way
      always_ff @(posedge clk_i) if (snap[r/8]) out_q[r] <= sum_q[r] + (LANES == 8 ? sum_q[(r+OUTS)%SUMS] : 32'd0);
    end
    if (LANES == 8) begin : g_unused_half
      assign fold_data[1023:512] = '0;
    end
    for (r = 0; r < (LANES >= 4 ? 16 : 4 * LANES); r++) begin : g_fold
      logic [31:0] low_q, high_q, fold_data_q;
      wire [3:0] channel = LANES >= 4 ? 4'(r) : 4'((EMITS - 32'(emit_q)) * 4 * LANES + r);
      if (LANES == 1) begin : g_one
        always_ff @(posedge clk_i) begin
          low_q  <= out_q[channel];
          high_q <= 32'd0;
        end
      end else if (LANES == 2) begin : g_two
        always_ff @(posedge clk_i) begin
          low_q  <= out_q[{1'b0, channel}];
          high_q <= out_q[{1'b1, channel}];
        end
      end else begin : g_four
        always_ff @(posedge clk_i) begin
          low_q  <= out_q[{2'd0, channel}] + out_q[{2'd1, channel}];
          high_q <= out_q[{2'd2, channel}] + out_q[{2'd3, channel}];
        end
      end
      always_ff @(posedge clk_i) fold_data_q <= low_q + high_q;
      assign fold_data[r*32+:32] = fold_data_q;
    end
  endgenerate

  wire valid_d12 = !rst_i && (fold_q || (narrow_d[LAST] && (DRAIN == 1 || phase_d[LAST]) && mask_d[LAST] != '0));
  generate
    for (r = 0; r < LANES; r++) begin : g_leave
      wire fold;
      zn_copy u_fold (.clk_i, .d_i(emit2_q != '0 && !rst_i), .q_o(fold));
      zn_copy u_valid (.clk_i, .d_i(valid_d12), .q_o(lane_valid_o[r]));
      always_ff @(posedge clk_i) data_o[r*128+:128] <= fold ? fold_data[r*128+:128] : slot_data[r*128+:128];
    end
  endgenerate
  always_ff @(posedge clk_i) begin
    valid_o <= valid_d12;
    mask_o  <= fold_q ? '1 : mask_d[LAST];
  end
endmodule
`default_nettype wire
