// Sequencer: turns CONV and POOL commands into rounds. Every stall happens here, before a round; nothing behind it stops.
// Loops, outermost first: group (POOL: block), tile, kernel row, kernel column, block; a round is max(quads, S) cycles.
// While the last round of a tile passes over the slots, each slot's coordinates are replaced by the next tile's.
// Latency: issue outputs are registered. Stall rule: see above; command by ready/valid.
// Parameters: LANES, SLOTS, DRAIN as in zn_top; RING_LOG2 log2 of the weight ring's words.
`default_nettype none
module zn_seq #(
    parameter int LANES = 1,
    parameter int SLOTS = 2,
    parameter int DRAIN = 2,
    parameter int RING_LOG2 = 10
) (
    input  wire                       clk_i,
    input  wire                       rst_i,
    // command
    input  wire                       cmd_valid_i,
    output wire                       cmd_ready_o,    // one cycle when the command has been taken over
    input  wire  [zn_pkg::CMD_BITS-1:0] cmd_i,
    input  wire                       wait_ok_i,      // the command's waits are met (registered)
    input  wire                       idle_behind_i,  // no earlier command is in the pipeline
    input  wire                       out_ready_i,    // room for another output job
    output wire                       out_job_o,      // pulse: hand the command to the output side
    // flow control
    input  wire                       out_full_i,     // write buffers nearly full
    input  wire                       word_i,         // a weight word has arrived
    output logic                      release_o,      // a weight word may be overwritten
    output logic                      low_o,          // fewer than 512 words are waiting
    input  wire                       group_done_i,   // a parameter bank is free again
    // weight ring
    output logic [RING_LOG2-1:0]      ring_addr_o,
    output logic                      param_o,        // the word at ring_addr_o is a parameter word
    output logic                      param_word_o,
    output logic                      param_bank_o,
    // gather request, one slot per cycle
    output logic                      load_o,         // slot 0 of a round of CONV (others follow a cycle apart)
    output logic                      pool_o,         // slot of a round of POOL
    output logic                      pool_first_o,
    output logic                      pool_last_o,
    output logic [LANES-1:0]          slot_mask_o,
    output logic [15:0]               slot_base_o,
    output logic [15:0]               slot_offset_o,
    output logic signed [14:0]        slot_row_o,
    output logic signed [14:0]        slot_col_o,
    output logic [2:0]                kernel_row_o,
    output logic [2:0]                kernel_col_o,
    output logic                      stride2_o,
    output logic [14:0]               rows_o,
    output logic [14:0]               cols_o,
    output logic [31:0]               pad_o,
    // array control of slot 0
    output logic                      mac_o,
    output logic                      mac_first_o,
    output logic                      mac_last_o,
    // tile, with mac_last_o
    output logic [4:0]                mac_positions_o, // valid positions of the tile, with mac_o
    output logic [SLOTS*LANES-1:0]    tile_mask_o,
    output logic                      tile_first_o,
    output logic                      tile_last_o,
    output logic                      tile_bank_o,
    output logic                      wide_o,
    output logic                      relu_o,
    output logic [2:0]                pre_shift_o,
    output logic [7:0]                zero_point_o,
    // counters
    output logic                      busy_o,
    output logic                      stall_read_o,
    output logic                      stall_write_o,
    output logic                      stall_weights_o
);
  localparam logic [3:0] SPACE = 4'(SLOTS * DRAIN);

  typedef enum logic [2:0] {IDLE, WAIT, SETUP, FILL, BANK, PARAM, RUN} state_t;
  state_t state_q;

  // ---- The command's fields, stable from SETUP on
  logic        pool_q, stride_rows2_q;
  logic [15:0] in_address_q, row_stride_q, block_stride_q;
  logic [12:0] blocks_q, groups_q, out_rows_q, out_cols_q;
  logic signed [14:0] row_start_q, col_start_q;
  logic [2:0]  kernel_rows_q, kernel_cols_q, last_quads_q;
  logic        wide_q, relu_q;
  logic [2:0]  pre_shift_q;
  logic [7:0]  zero_point_q;
  wire [15:0]  base_step = stride_rows2_q ? {row_stride_q[14:0], 1'b0} : row_stride_q;
  wire _unused = &{1'b0, cmd_i};

  // ---- Scheduler: the round after the one being played
  logic [12:0] group_left_q, block_left_q;
  logic [2:0]  krow_left_q, kcol_left_q, krow_q, kcol_q;
  logic [15:0] row_offset_q, block_offset_q, group_offset_q;
  logic        tile_first_q;                   // first round of a tile
  logic        pass_first_q;                   // in a group's first tile
  logic        block_last_q, round_last_q, group_last_q;
  logic [2:0]  quads_q, length_q;
  logic        advance_q, flags_q, settled_q;  // counters move, flags follow, a round may start
  logic        bank_q, was_pool_q;
  logic [1:0]  banks_used_q;
  logic [RING_LOG2:0]   fresh_q;               // words that have arrived and are not yet reserved by a round
  logic [4:1]           fresh_least_q;         // at least so many of them, as of the last cycle; none while a reservation is counted
  logic [RING_LOG2-1:0] group_base_q, ring_q;
  logic [3:0]  space_q;
  logic        second_q;
  logic [2:0]  fill_q;
  logic        next_last_q;                    // the tile in the slot registers is the group's last

  // ---- Player: the round being issued
  logic        run_q, p_tile_first_q, p_round_last_q, p_group_first_q, p_tile_last_q;
  logic [2:0]  p_cycle_q, p_length_q, p_quads_q, p_krow_q, p_kcol_q;
  logic [15:0] p_offset_q;
  logic        p_tap_first_q, p_bank_q;
  logic [5:0]  quiet_q;                        // the gather still works for this command
  logic        p_end_q, p_quad_last_q;         // the round's last cycle; its last quad
  wire  play_end  = p_end_q;
  wire  play_mac  = run_q && !pool_q && p_cycle_q < p_quads_q;
  wire  mac_end   = run_q && !pool_q && p_round_last_q && p_quad_last_q;
  wire  play_slot = run_q && p_cycle_q < 3'(SLOTS);

  // ---- Slots of the tile
  wire                cur_valid, cur_last;
  wire [LANES-1:0]    cur_mask;
  wire signed [14:0]  cur_row, cur_col;
  wire [15:0]         cur_base;
  logic [LANES-1:0]   s_mask_q [0:SLOTS-1];
  logic signed [14:0] s_row_q [0:SLOTS-1];
  logic signed [14:0] s_col_q [0:SLOTS-1];
  logic [15:0]        s_base_q [0:SLOTS-1];
  wire       replace     = state_q == FILL || (play_slot && p_round_last_q);
  wire [2:0] replace_idx = state_q == FILL ? fill_q : p_cycle_q;
  wire       replace_end = replace && replace_idx == 3'(SLOTS - 1);
  wire       exhausted   = cur_last || !cur_valid;
  logic      setup_q;
  zn_cursor #(.LANES(LANES)) u_cursor (
      .clk_i, .restart_i(setup_q || (replace_end && exhausted)), .step_i(replace),
      .rows_i(out_rows_q), .cols_i(out_cols_q), .row_start_i(row_start_q), .col_start_i(col_start_q),
      .base_start_i(in_address_q), .row_step_i(stride_rows2_q ? 2'd2 : 2'd1), .col_stride2_i(stride2_o),
      .base_step_i(base_step), .valid_o(cur_valid), .last_o(cur_last), .mask_o(cur_mask), .row_o(cur_row),
      .col_o(cur_col), .base_o(cur_base));

  // ---- May the next round start?
  wire fresh_ok   = fresh_least_q[quads_q];
  wire weights_ok = pool_q || !pass_first_q || fresh_ok;
  wire write_ok   = !tile_first_q || !out_full_i;
  wire space_ok   = pool_q || !round_last_q || (mac_end ? quads_q >= SPACE[2:0] && !SPACE[3] : space_q <= {1'b0, quads_q});
  wire take       = state_q == RUN && settled_q && (!run_q || play_end) && weights_ok && write_ok && space_ok;
  wire param_go   = state_q == PARAM && !run_q && (second_q || fresh_least_q[2]);  // both words or none
  wire [2:0] reserve = take && pass_first_q && !pool_q ? quads_q : {1'b0, param_go && !second_q, 1'b0};
  logic [2:0] reserve_q;

  assign cmd_ready_o = state_q == SETUP;
  assign out_job_o   = state_q == SETUP;
  assign busy_o      = state_q != IDLE || run_q;

  integer i;
  always_ff @(posedge clk_i) begin
    setup_q   <= 1'b0;
    advance_q <= take;
    flags_q   <= advance_q || setup_q;
    settled_q <= !take && !advance_q && !setup_q && (flags_q || settled_q);
    if (flags_q) begin
      block_last_q <= block_left_q == 13'd1;
      round_last_q <= block_left_q == 13'd1 && kcol_left_q == 3'd1 && krow_left_q == 3'd1;
      quads_q      <= (block_left_q == 13'd1) ? last_quads_q : 3'd4;
      length_q     <= pool_q ? 3'(SLOTS)
                    : (block_left_q == 13'd1 && last_quads_q < 3'(SLOTS)) ? 3'(SLOTS)
                    : (block_left_q == 13'd1) ? last_quads_q : 3'd4;
      group_last_q <= group_left_q == 13'd1;
    end

    case (state_q)
      IDLE: if (cmd_valid_i) state_q <= WAIT;
      // wait_ok_i is a cycle old: it belongs to this command from the second cycle on
      WAIT: begin
        second_q <= 1'b1;
        if (second_q && wait_ok_i && out_ready_i && !run_q && quiet_q == '0 &&
            (idle_behind_i || ((cmd_i[zn_pkg::F_OPCODE+:zn_pkg::W_OPCODE] == zn_pkg::OP_CONV) && !was_pool_q))) state_q <= SETUP;
      end
      SETUP: begin
        state_q    <= FILL;
        setup_q    <= 1'b1;
        second_q   <= 1'b0;
        fill_q     <= 3'd7;
        was_pool_q <= cmd_i[zn_pkg::F_OPCODE+:zn_pkg::W_OPCODE] == zn_pkg::OP_POOL;
      end
      FILL: begin
        fill_q <= fill_q + 3'd1;
        if (fill_q == 3'(SLOTS - 1)) state_q <= pool_q ? RUN : BANK;
      end
      BANK: if (banks_used_q != 2'd2) begin
        state_q <= PARAM;
        bank_q  <= !bank_q;
      end
      PARAM: if (param_go) begin
        second_q <= !second_q;
        if (second_q) state_q <= RUN;
      end
      RUN: if (advance_q && p_round_last_q && p_tile_last_q) begin
        state_q  <= group_last_q ? IDLE : pool_q ? RUN : BANK;
        second_q <= 1'b0;
      end
      default: state_q <= IDLE;
    endcase

    if (state_q == SETUP) begin
      pool_q         <= cmd_i[zn_pkg::F_OPCODE+:zn_pkg::W_OPCODE] == zn_pkg::OP_POOL;
      in_address_q   <= cmd_i[zn_pkg::F_IN_ADDRESS+:zn_pkg::W_IN_ADDRESS];
      row_stride_q   <= cmd_i[zn_pkg::F_IN_ROW_STRIDE+:zn_pkg::W_IN_ROW_STRIDE];
      block_stride_q <= cmd_i[zn_pkg::F_IN_BLOCK_STRIDE+:zn_pkg::W_IN_BLOCK_STRIDE];
      blocks_q       <= cmd_i[zn_pkg::F_OPCODE+:zn_pkg::W_OPCODE] == zn_pkg::OP_POOL ? 13'd1 : cmd_i[zn_pkg::F_BLOCKS+:13];
      rows_o         <= cmd_i[zn_pkg::F_IN_ROWS+:15];
      cols_o         <= cmd_i[zn_pkg::F_IN_COLS+:15];
      row_start_q    <= cmd_i[zn_pkg::F_ROW_START+:15];
      col_start_q    <= cmd_i[zn_pkg::F_COL_START+:15];
      kernel_rows_q  <= cmd_i[zn_pkg::F_KERNEL_ROWS+:3];
      kernel_cols_q  <= cmd_i[zn_pkg::F_KERNEL_COLS+:3];
      stride_rows2_q <= cmd_i[zn_pkg::F_STRIDE_ROWS+1];
      stride2_o      <= cmd_i[zn_pkg::F_STRIDE_COLS+1];
      last_quads_q   <= cmd_i[zn_pkg::F_LAST_QUADS+:zn_pkg::W_LAST_QUADS];
      relu_q         <= cmd_i[zn_pkg::F_RELU];
      wide_q         <= cmd_i[zn_pkg::F_WIDE];
      pre_shift_q    <= cmd_i[zn_pkg::F_PRE_SHIFT+:zn_pkg::W_PRE_SHIFT];
      zero_point_q   <= cmd_i[zn_pkg::F_ZERO_POINT+:zn_pkg::W_ZERO_POINT];
      out_rows_q     <= cmd_i[zn_pkg::F_OUT_ROWS+:13];
      out_cols_q     <= cmd_i[zn_pkg::F_OUT_COLS+:13];
      groups_q       <= cmd_i[zn_pkg::F_GROUPS+:13];
      pad_o          <= cmd_i[zn_pkg::F_PAD+:zn_pkg::W_PAD];
    end
    if (setup_q) begin
      group_left_q   <= groups_q;
      group_offset_q <= '0;
    end
    // The next round: block, then kernel column, then kernel row, then tile, then group
    if (setup_q || (advance_q && p_round_last_q)) begin
      block_left_q   <= blocks_q;
      kcol_left_q    <= kernel_cols_q;
      krow_left_q    <= kernel_rows_q;
      krow_q         <= '0;
      kcol_q         <= '0;
      row_offset_q   <= '0;
      block_offset_q <= '0;
      tile_first_q   <= 1'b1;
      pass_first_q   <= setup_q || p_tile_last_q;
      if (!setup_q && p_tile_last_q) begin
        group_left_q <= group_left_q - 13'd1;
        if (pool_q) group_offset_q <= group_offset_q + block_stride_q;
      end
    end else if (advance_q) begin
      tile_first_q <= 1'b0;
      if (!block_last_q) begin
        block_left_q   <= block_left_q - 13'd1;
        block_offset_q <= block_offset_q + block_stride_q;
      end else begin
        block_left_q   <= blocks_q;
        block_offset_q <= '0;
        if (kcol_left_q != 3'd1) begin
          kcol_left_q <= kcol_left_q - 3'd1;
          kcol_q      <= kcol_q + 3'd1;
        end else begin
          kcol_left_q  <= kernel_cols_q;
          kcol_q       <= '0;
          krow_left_q  <= krow_left_q - 3'd1;
          krow_q       <= krow_q + 3'd1;
          row_offset_q <= row_offset_q + row_stride_q;
        end
      end
    end

    // Player
    if (take) begin
      run_q           <= 1'b1;
      p_cycle_q       <= '0;
      p_end_q         <= 1'b0;                 // a round is at least two cycles
      p_quad_last_q   <= quads_q == 3'd1;
      p_length_q      <= length_q;
      p_quads_q       <= quads_q;
      p_krow_q        <= krow_q;
      p_kcol_q        <= kcol_q;
      p_offset_q      <= row_offset_q + (pool_q ? group_offset_q : block_offset_q);
      p_tile_first_q  <= tile_first_q;
      p_tap_first_q   <= krow_q == '0 && kcol_q == '0;
      p_round_last_q  <= round_last_q;
      p_group_first_q <= pass_first_q;
      p_bank_q        <= bank_q;
      if (tile_first_q) p_tile_last_q <= replace_end ? exhausted : next_last_q;
    end else if (run_q) begin
      p_cycle_q     <= p_cycle_q + 3'd1;
      p_end_q       <= p_length_q - p_cycle_q == 3'd2;
      p_quad_last_q <= p_quads_q - p_cycle_q == 3'd2;
      if (play_end) run_q <= 1'b0;
    end
    if (replace_end) next_last_q <= exhausted;
    if (replace) begin
      for (i = 0; i < SLOTS; i++) begin
        if (replace_idx == 3'(i)) begin
          s_mask_q[i] <= cur_mask;
          s_row_q[i]  <= cur_row;
          s_col_q[i]  <= cur_col;
          s_base_q[i] <= cur_base;
        end
      end
    end

    // Weights
    reserve_q <= reserve;
    fresh_q <= fresh_q + (RING_LOG2+1)'(word_i) - (RING_LOG2+1)'(reserve_q);
    for (i = 1; i <= 4; i++) fresh_least_q[i] <= reserve == '0 && reserve_q == '0 && (fresh_q[RING_LOG2:2] != '0 || 32'(fresh_q[1:0]) >= i);
    if (take && tile_first_q && !pass_first_q) ring_q <= group_base_q;
    else if (play_mac || param_go) ring_q <= ring_q + 1'b1;
    if (take && tile_first_q && pass_first_q) group_base_q <= ring_q;
    low_o        <= fresh_q[RING_LOG2:9] == '0;
    ring_addr_o  <= ring_q;
    param_o      <= param_go;
    param_word_o <= second_q;
    param_bank_o <= bank_q;
    release_o    <= param_go || (play_mac && p_tile_last_q);
    banks_used_q <= banks_used_q + 2'(state_q == BANK && banks_used_q != 2'd2) - 2'(group_done_i);
    if (mac_end) space_q <= SPACE - 4'd1;
    else if (space_q != '0) space_q <= space_q - 4'd1;

    quiet_q <= {quiet_q[4:0], run_q};

    // Issue
    load_o        <= run_q && !pool_q && p_cycle_q == '0;
    pool_o        <= play_slot && pool_q;
    pool_first_o  <= p_tap_first_q;
    pool_last_o   <= p_round_last_q;
    slot_offset_o <= p_offset_q;
    kernel_row_o  <= p_krow_q;
    kernel_col_o  <= p_kcol_q;
    for (i = 0; i < SLOTS; i++) begin
      if (p_cycle_q == 3'(i)) begin
        slot_mask_o <= s_mask_q[i];
        slot_row_o  <= s_row_q[i];
        slot_col_o  <= s_col_q[i];
        slot_base_o <= s_base_q[i];
      end
    end
    mac_o        <= play_mac;
    mac_first_o  <= p_tile_first_q && p_cycle_q == '0;
    mac_last_o   <= mac_end;
    tile_first_o <= p_group_first_q;
    tile_last_o  <= p_tile_last_q;
    tile_bank_o  <= p_bank_q;
    wide_o       <= wide_q;
    relu_o       <= relu_q;
    pre_shift_o  <= pre_shift_q;
    zero_point_o <= zero_point_q;
    if (run_q && p_tile_first_q && p_cycle_q == '0) begin
      for (i = 0; i < SLOTS; i++) tile_mask_o[i*LANES+:LANES] <= s_mask_q[i];
    end
    stall_weights_o <= (state_q == RUN && settled_q && !run_q && !weights_ok) || (state_q == PARAM && !param_go && !run_q);
    stall_write_o   <= state_q == RUN && settled_q && !run_q && weights_ok && !write_ok;
    stall_read_o    <= (state_q == IDLE || state_q == WAIT) && !run_q;

    if (rst_i) begin
      state_q      <= IDLE;
      run_q        <= 1'b0;
      reserve_q     <= '0;
      fresh_q       <= '0;
      fresh_least_q <= '0;
      ring_q       <= '0;
      banks_used_q <= '0;
      bank_q       <= 1'b0;
      space_q      <= '0;
      was_pool_q   <= 1'b0;
      quiet_q      <= '0;
      second_q     <= 1'b0;
      setup_q      <= 1'b0;
      param_o      <= 1'b0;
      release_o    <= 1'b0;
      load_o       <= 1'b0;
      pool_o       <= 1'b0;
      mac_o        <= 1'b0;
      mac_last_o   <= 1'b0;
    end
  end

  always_comb begin
    mac_positions_o = '0;
    for (int j = 0; j < SLOTS * LANES; j++) mac_positions_o = mac_positions_o + 5'(tile_mask_o[j]);
  end
endmodule
`default_nettype wire
