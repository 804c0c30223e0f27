// Drains a finished tile: slot after slot, 16*L/D accumulators a cycle through as many requantizers.
// Wide tiles are summed per channel instead; the sums leave after the group's last tile, as slots of up to L words, four in all.
// Latency: slot s leaves 12 + D*(s+1) cycles after done_i. Stall rule: none; tiles must be S*D cycles apart.
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
    input  wire                         param_write_i, // write a parameter word
    input  wire                         param_bank_i,
    input  wire                         param_word_i,  // 0: biases, 1: multipliers and shifts
    input  wire  [511:0]                param_data_i,
    output logic                        group_done_o,  // a group's last tile has been read: its parameter bank is free
    output logic                        valid_o,       // a slot of results
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
  integer i;
  always_ff @(posedge clk_i) begin
    if (param_write_i) begin
      for (i = 0; i < 16; i++) begin
        if (!param_word_i) bias_q[{param_bank_i, i[3:0]}] <= param_data_i[i*32+:32];
        else begin
          mult_q[{param_bank_i, i[3:0]}]  <= param_data_i[i*16+:16];
          shift_q[{param_bank_i, i[3:0]}] <= param_data_i[256+i*8+:6];
        end
      end
    end
  end

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

  // Step 1: select the accumulators; control follows in delay lines counted from here
  localparam int LAST = 11;
  logic [4:1] valid_d;
  logic [LAST:1] phase_d;
  logic [LANES-1:0] mask_d [1:LAST];
  logic [7:0] zp_d [1:10];
  logic [7:0] floor_d [1:10];
  logic [2:0] pre_d [1:2];
  logic [3:1] relu_d;
  logic [4:1] wide_d, sum_first_d, sum_last_d;
  integer k;
  always_ff @(posedge clk_i) begin
    valid_d <= rst_i ? '0 : {valid_d[3:1], active_q};
    phase_d <= {phase_d[LAST-1:1], phase_q};
    relu_d <= {relu_d[2:1], relu_q};
    wide_d <= {wide_d[3:1], wide_q};
    sum_first_d <= {sum_first_d[3:1], first_q && slot_q == 3'd0};
    sum_last_d <= {sum_last_d[3:1], tile_end && last_q && wide_q};
    mask_d[1] <= mask_q[LANES-1:0];
    zp_d[1] <= zp_q;
    floor_d[1] <= relu_q ? zp_q : 8'd0;
    pre_d[1] <= pre_q;
    pre_d[2] <= pre_d[1];
    for (k = 2; k <= LAST; k++) mask_d[k] <= mask_d[k-1];
    for (k = 2; k <= 10; k++) begin
      zp_d[k] <= zp_d[k-1];
      floor_d[k] <= floor_d[k-1];
    end
  end

  logic [LAST:1] narrow_d;  // valid and not wide
  always_ff @(posedge clk_i) narrow_d <= rst_i ? '0 : {narrow_d[LAST-1:1], active_q && !wide_q};

  wire [7:0]  y [0:R-1];
  wire [31:0] wide [0:R-1];
  genvar r;
  generate
    for (r = 0; r < R; r++) begin : g_lane
      logic [31:0] acc_q, b_q;
      logic [15:0] m_q;
      logic [5:0]  s_q;
      wire  [3:0] channel;
      if (DRAIN == 2 && LANES == 1) assign channel = {phase_q, 3'(r)};
      else assign channel = 4'(r);
      wire [31:0] candidate [0:STEPS-1];
      genvar c;
      for (c = 0; c < STEPS; c++) begin : g_candidate
        assign candidate[c] = hold_i[((c/DRAIN)*SUMS + (c%DRAIN)*R + r)*32+:32];
      end
      localparam int SW = $clog2(STEPS);
      wire [SW-1:0] step = DRAIN == 2 ? SW'({slot_q[1:0], phase_q}) : SW'(slot_q);
      always_ff @(posedge clk_i) begin
        acc_q <= candidate[step];
        b_q   <= bias_q[{bank_q, channel}];
        m_q   <= mult_q[{bank_q, channel}];
        s_q   <= shift_q[{bank_q, channel}];
      end
      zn_requant u_requant (
          .clk_i, .acc_i(acc_q), .bias_i(b_q), .multiplier_i(m_q), .shift_i(s_q), .pre_shift_i(pre_d[2]),
          .relu_i(relu_d[3]), .zero_point_i(zp_d[9]), .floor_i(floor_d[10]), .wide_o(wide[r]), .y_o(y[r]));
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
  generate
    for (r = 0; r < SUMS; r++) begin : g_sum
      wire mine = valid_d[4] && wide_d[4] && (DRAIN == 1 || phase_d[4] == 1'(r / R));
      wire [31:0] term = mask_d[4][r/16] ? wide[r%R] : 32'd0;
      wire [31:0] next = (sum_first_d[4] ? 32'd0 : sum_q[r]) + term;
      always_ff @(posedge clk_i) if (mine) sum_q[r] <= next;
    end
  endgenerate

  // Leave: a snapshot, folded over the columns, L words of four sums at a time
  localparam int EMITS = LANES >= 4 ? 1 : 4 / LANES;
  logic snap_q, fold_q;
  logic [2:0] emit_q, emit2_q;
  logic [LANES*128-1:0] fold_data;
  always_ff @(posedge clk_i) begin
    snap_q <= sum_last_d[4] && !rst_i;
    // eight columns are folded to four on the way
    if (snap_q) for (k = 0; k < OUTS; k++) out_q[k] <= sum_q[k] + (LANES == 8 ? sum_q[(k+OUTS)%SUMS] : 32'd0);
    if (rst_i) emit_q <= '0;
    else if (snap_q) emit_q <= 3'(EMITS);
    else if (emit_q != '0) emit_q <= emit_q - 3'd1;
    emit2_q <= emit_q;
    fold_q  <= emit2_q != '0 && !rst_i;
  end
  generate
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

  always_ff @(posedge clk_i) begin
    valid_o <= !rst_i && (fold_q || (narrow_d[LAST] && (DRAIN == 1 || phase_d[LAST]) && mask_d[LAST] != '0));
    mask_o  <= fold_q ? '1 : mask_d[LAST];
    data_o  <= fold_q ? fold_data : slot_data;
  end
endmodule
`default_nettype wire
