// The accelerator: see docs/accelerator.md. One clock, synchronous active-high reset.
// Named, supported configurations are in presets/; parameters outside them are checked at elaboration, not supported.
// Parameters: LANES 1, 2, 4, 8; SLOTS 2..4, at most 24 positions; DRAIN 1 (LANES 4), else 2; PORTS 1, 2, 4; ACT_LOG2 9..16;
// BANKS_LOG2 0 for LANES 1, else log2(2*LANES); RING_LOG2 9..13; OUT_LOG2 8..12; CODEBOOK 0, 1; CLOCK_MHZ shown only.
`default_nettype none
module zn_top #(
    parameter int LANES = 1,       // adjacent columns of a slot
    parameter int SLOTS = 2,       // slots of a tile
    parameter int DRAIN = 2,       // cycles to requantize a slot
    parameter int PORTS = 1,       // AXI masters
    parameter int ACT_LOG2 = 13,   // rows of the activation memory
    parameter int BANKS_LOG2 = 0,  // banks of the activation memory
    parameter int RING_LOG2 = 10,  // words of the weight ring
    parameter int OUT_LOG2 = 9,    // entries of a port's write buffer
    parameter bit CODEBOOK = 1'b1, // weights as indices
    parameter int CLOCK_MHZ = 125
) (
    input  wire                  clk_i,
    input  wire                  rst_i,
    output wire                  irq_o,
    // AXI4-Lite slave
    input  wire                  s_awvalid_i,
    output wire                  s_awready_o,
    input  wire  [11:0]          s_awaddr_i,
    input  wire                  s_wvalid_i,
    output wire                  s_wready_o,
    input  wire  [31:0]          s_wdata_i,
    input  wire  [3:0]           s_wstrb_i,
    output wire                  s_bvalid_o,
    input  wire                  s_bready_i,
    output wire  [1:0]           s_bresp_o,
    input  wire                  s_arvalid_i,
    output wire                  s_arready_o,
    input  wire  [11:0]          s_araddr_i,
    output wire                  s_rvalid_o,
    input  wire                  s_rready_i,
    output wire  [31:0]          s_rdata_o,
    output wire  [1:0]           s_rresp_o,
    // AXI4 masters, port p in the p-th slice: 64 bits, INCR, size 3, one id
    output wire  [PORTS-1:0]     m_arvalid_o,
    input  wire  [PORTS-1:0]     m_arready_i,
    output wire  [PORTS*32-1:0]  m_araddr_o,
    output wire  [PORTS*8-1:0]   m_arlen_o,
    input  wire  [PORTS-1:0]     m_rvalid_i,
    output wire  [PORTS-1:0]     m_rready_o,
    input  wire  [PORTS*64-1:0]  m_rdata_i,
    input  wire  [PORTS*2-1:0]   m_rresp_i,
    input  wire  [PORTS-1:0]     m_rlast_i,
    output wire  [PORTS-1:0]     m_awvalid_o,
    input  wire  [PORTS-1:0]     m_awready_i,
    output wire  [PORTS*32-1:0]  m_awaddr_o,
    output wire  [PORTS*8-1:0]   m_awlen_o,
    output wire  [PORTS-1:0]     m_wvalid_o,
    input  wire  [PORTS-1:0]     m_wready_i,
    output wire  [PORTS*64-1:0]  m_wdata_o,
    output wire  [PORTS-1:0]     m_wlast_o,
    input  wire  [PORTS-1:0]     m_bvalid_i,
    output wire  [PORTS-1:0]     m_bready_o,
    input  wire  [PORTS*2-1:0]   m_bresp_i,
    // for the simulation's report: operator tag of the command in the array
    output wire  [15:0]          trace_tag_o
);
  localparam int CB = zn_pkg::CMD_BITS;
  localparam int BANKS = 1 << BANKS_LOG2;
  localparam int SIDE = 3 + LANES;

  generate
    if (!(LANES == 1 && BANKS_LOG2 == 0) && !(LANES > 1 && BANKS == 2 * LANES)) begin : g_check_banks
      $error("BANKS_LOG2 must be 0 for one lane, else log2(2 * LANES)");
    end
    if (LANES == 4 ? DRAIN != 1 : DRAIN != 2) begin : g_check_drain
      $error("DRAIN must be 1 for four lanes, else 2");
    end
    if (SLOTS < 2 || SLOTS > 4) begin : g_check_slots
      $error("SLOTS must be 2 to 4");
    end
  endgenerate

  // ---- Resets: a copy for each part of the design
  wire core_rst;
  wire rst_regs, rst_fetch, rst_queues, rst_load, rst_weights, rst_compute, rst_array, rst_drain, rst_output;
  wire [PORTS-1:0] rst_port, rst_write;
  zn_copy #(.WIDTH(1 + PORTS)) u_reset (.clk_i, .d_i({(1 + PORTS){rst_i}}), .q_o({rst_regs, rst_port}));
  zn_copy #(.WIDTH(8 + PORTS)) u_core_reset (
      .clk_i, .d_i({(8 + PORTS){core_rst}}),
      .q_o({rst_fetch, rst_queues, rst_load, rst_weights, rst_compute, rst_array, rst_drain, rst_output, rst_write}));

  // ---- Control and registers
  wire start, abort, soft_reset, busy, draining, done, failed, clear, halt, fetch_start;
  wire [31:0] command_address, window_base, window_limit, timeout, error_addr;
  wire [15:0] command_count, error_command;
  wire [3:0]  error_code;
  wire [31:0] cycles, array_cycles, n_stall_read, n_stall_write, n_stall_weights, read_beats, write_beats;
  wire [63:0] macs;
  logic [15:0] load_count_q, compute_count_q, store_count_q;
  zn_regs #(
      .BUILD0(32'(LANES) << zn_pkg::BUILD0_LANES_LSB | 32'(SLOTS) << zn_pkg::BUILD0_SLOTS_LSB |
              32'(DRAIN) << zn_pkg::BUILD0_DRAIN_CYCLES_LSB | 32'(PORTS) << zn_pkg::BUILD0_PORTS_LSB),
      .BUILD1(32'(ACT_LOG2) << zn_pkg::BUILD1_ACT_DEPTH_LOG2_LSB | 32'(BANKS_LOG2) << zn_pkg::BUILD1_BANKS_LOG2_LSB |
              32'(RING_LOG2) << zn_pkg::BUILD1_WEIGHT_DEPTH_LOG2_LSB | 32'(CLOCK_MHZ) << zn_pkg::BUILD1_CLOCK_M_HZ_LSB),
      .MULTIPLIERS(32'(LANES * SLOTS * 64)),
      .CAPABILITIES(32'd1 << zn_pkg::CAPABILITIES_CONV_BIT | 32'd1 << zn_pkg::CAPABILITIES_POOL_BIT |
                    32'd1 << zn_pkg::CAPABILITIES_WIDE_BIT | 32'(CODEBOOK) << zn_pkg::CAPABILITIES_CODEBOOK_BIT)
  ) u_regs (
      .clk_i, .rst_i(rst_regs), .awvalid_i(s_awvalid_i), .awready_o(s_awready_o), .awaddr_i(s_awaddr_i), .wvalid_i(s_wvalid_i),
      .wready_o(s_wready_o), .wdata_i(s_wdata_i), .wstrb_i(s_wstrb_i), .bvalid_o(s_bvalid_o), .bready_i(s_bready_i),
      .bresp_o(s_bresp_o), .arvalid_i(s_arvalid_i), .arready_o(s_arready_o), .araddr_i(s_araddr_i),
      .rvalid_o(s_rvalid_o), .rready_i(s_rready_i), .rdata_o(s_rdata_o), .rresp_o(s_rresp_o), .irq_o,
      .start_o(start), .abort_o(abort), .soft_reset_o(soft_reset), .command_address_o(command_address),
      .command_count_o(command_count), .window_base_o(window_base), .window_limit_o(window_limit),
      .timeout_o(timeout), .busy_i(busy), .draining_i(draining), .done_i(done), .failed_i(failed),
      .error_code_i(error_code), .error_command_i(error_command), .error_addr_i(error_addr),
      .completed_i(32'(load_count_q) << zn_pkg::COMPLETED_LOAD_LSB | 32'(compute_count_q) << zn_pkg::COMPLETED_COMPUTE_LSB),
      .cycles_i(cycles), .macs_i(macs), .array_cycles_i(array_cycles),
      .stall_read_i(n_stall_read), .stall_write_i(n_stall_write), .stall_weights_i(n_stall_weights),
      .read_beats_i(read_beats), .write_beats_i(write_beats));

  logic all_idle_q, ports_idle_q, progress_q, engine_error_q;
  logic [3:0]  engine_code_q;
  logic [15:0] engine_command_q, current_q;
  logic [31:0] engine_addr_q;
  zn_control u_control (
      .clk_i, .rst_i, .start_i(start), .abort_i(abort), .soft_reset_i(soft_reset), .timeout_i(timeout), .busy_o(busy),
      .draining_o(draining), .done_o(done), .failed_o(failed), .error_code_o(error_code),
      .error_command_o(error_command), .error_addr_o(error_addr), .fetch_start_o(fetch_start), .clear_o(clear),
      .halt_o(halt), .core_rst_o(core_rst), .all_idle_i(all_idle_q), .ports_idle_i(ports_idle_q),
      .progress_i(progress_q), .error_i(engine_error_q), .error_code_i(engine_code_q),
      .error_command_i(engine_command_q), .error_addr_i(engine_addr_q), .current_command_i(current_q));

  // ---- Ports
  wire [PORTS-1:0] read_idle, write_idle, write_empty, write_full, mark_done, read_error, write_error;
  wire [PORTS-1:0] read_beat, write_beat;
  wire [PORTS*4-1:0] read_code, write_code;
  wire [PORTS*2-1:0] read_client;
  wire [PORTS*32-1:0] read_eaddr, write_eaddr;
  wire [PORTS*3-1:0] req_valid, req_ready, data_valid, data_ready;
  wire [PORTS*96-1:0] req_addr;
  wire [PORTS*24-1:0] req_beats;
  wire [PORTS*64-1:0] rdata;
  wire [PORTS-1:0] line_valid, entry_valid;
  wire [31:0] out_line_addr;
  wire [12:0] out_line_words;
  wire [3:0]  entry_words;
  wire [LANES*128-1:0] entry_data;
  wire mark, weights_low;
  genvar p;
  generate
    for (p = 0; p < PORTS; p++) begin : g_port
      zn_axi_read u_read (
          .clk_i, .rst_i(rst_port[p]), .halt_i(halt), .idle_o(read_idle[p]), .window_base_i(window_base), .window_limit_i(window_limit),
          .weights_low_i(weights_low), .req_valid_i(req_valid[p*3+:3]), .req_ready_o(req_ready[p*3+:3]), .req_addr_i(req_addr[p*96+:96]),
          .req_beats_i(req_beats[p*24+:24]), .data_valid_o(data_valid[p*3+:3]), .data_ready_i(data_ready[p*3+:3]),
          .data_o(rdata[p*64+:64]), .error_o(read_error[p]), .error_code_o(read_code[p*4+:4]),
          .error_client_o(read_client[p*2+:2]), .error_addr_o(read_eaddr[p*32+:32]), .beat_o(read_beat[p]),
          .arvalid_o(m_arvalid_o[p]), .arready_i(m_arready_i[p]), .araddr_o(m_araddr_o[p*32+:32]),
          .arlen_o(m_arlen_o[p*8+:8]), .rvalid_i(m_rvalid_i[p]), .rready_o(m_rready_o[p]),
          .rdata_i(m_rdata_i[p*64+:64]), .rresp_i(m_rresp_i[p*2+:2]), .rlast_i(m_rlast_i[p]));
      zn_axi_write #(.LANES(LANES), .DEPTH_LOG2(OUT_LOG2)) u_write (
          .clk_i, .rst_i(rst_port[p]), .clear_i(rst_write[p]), .halt_i(halt), .idle_o(write_idle[p]), .empty_o(write_empty[p]),
          .full_o(write_full[p]), .window_base_i(window_base), .window_limit_i(window_limit),
          .line_valid_i(line_valid[p]), .line_addr_i(out_line_addr), .line_words_i(out_line_words),
          .entry_valid_i(entry_valid[p]), .entry_words_i(entry_words), .entry_data_i(entry_data), .mark_i(mark),
          .mark_done_o(mark_done[p]), .error_o(write_error[p]), .error_code_o(write_code[p*4+:4]),
          .error_addr_o(write_eaddr[p*32+:32]), .beat_o(write_beat[p]), .awvalid_o(m_awvalid_o[p]),
          .awready_i(m_awready_i[p]), .awaddr_o(m_awaddr_o[p*32+:32]), .awlen_o(m_awlen_o[p*8+:8]),
          .wvalid_o(m_wvalid_o[p]), .wready_i(m_wready_i[p]), .wdata_o(m_wdata_o[p*64+:64]), .wlast_o(m_wlast_o[p]),
          .bvalid_i(m_bvalid_i[p]), .bready_o(m_bready_o[p]), .bresp_i(m_bresp_i[p*2+:2]));
    end
  endgenerate

  // ---- Command list
  wire load_push, load_room, weights_push, weights_room, compute_push, compute_room, list_end, fetch_busy, fetch_error;
  wire [3:0] fetch_code;
  wire [CB-1:0] cmd;
  wire [15:0] index;
  wire [4:0] fetch_beats;
  zn_fetch #(.RING_LOG2(RING_LOG2), .TILE(LANES * SLOTS)) u_fetch (
      .clk_i, .rst_i(rst_fetch), .start_i(fetch_start), .list_addr_i(command_address), .list_count_i(command_count),
      .req_valid_o(req_valid[0]), .req_ready_i(req_ready[0]), .req_addr_o(req_addr[31:0]), .req_beats_o(fetch_beats),
      .data_valid_i(data_valid[0]), .data_i(rdata[63:0]), .load_valid_o(load_push), .load_ready_i(load_room),
      .weights_valid_o(weights_push), .weights_ready_i(weights_room), .compute_valid_o(compute_push),
      .compute_ready_i(compute_room), .cmd_o(cmd), .index_o(index), .end_o(list_end), .busy_o(fetch_busy),
      .error_o(fetch_error), .error_code_o(fetch_code));
  assign req_beats[7:0] = {3'd0, fetch_beats};
  generate
    for (p = 0; p < PORTS; p++) begin : g_clients
      assign data_ready[p*3+:2] = 2'b11;   // commands and weights always have room for what they asked for
      if (p > 0) begin : g_no_fetch
        assign req_valid[p*3] = 1'b0;
        assign req_addr[p*96+:32] = '0;
        assign req_beats[p*24+:8] = '0;
      end
    end
  endgenerate

  // Queues keep only the words that their engine reads
  wire load_valid, load_take, weights_valid, weights_take, compute_valid, compute_take;
  wire [15:0] load_index, compute_index;
  wire [271:0] load_bits;
  wire [271:0] weights_bits;
  wire [431:0] compute_bits;
  wire [4:0] load_level, weights_level, compute_level;
  zn_fifo #(.WIDTH(288), .DEPTH_LOG2(4)) u_load_queue (
      .clk_i, .rst_i(rst_queues), .valid_i(load_push), .ready_o(load_room), .data_i({index, cmd[351:128], cmd[79:32]}),
      .valid_o(load_valid), .ready_i(load_take), .data_o({load_index, load_bits}), .level_o(load_level));
  zn_fifo #(.WIDTH(272), .DEPTH_LOG2(4)) u_weights_queue (
      .clk_i, .rst_i(rst_queues), .valid_i(weights_push), .ready_o(weights_room), .data_i({index, cmd[383:128]}),
      .valid_o(weights_valid), .ready_i(weights_take), .data_o(weights_bits), .level_o(weights_level));
  zn_fifo #(.WIDTH(448), .DEPTH_LOG2(4)) u_compute_queue (
      .clk_i, .rst_i(rst_queues), .valid_i(compute_push), .ready_o(compute_room),
      .data_i({index, cmd[479:128], cmd[79:0]} ), .valid_o(compute_valid), .ready_i(compute_take),
      .data_o({compute_index, compute_bits}), .level_o(compute_level));
  wire [CB-1:0] load_cmd = {160'd0, load_bits[271:48], 48'd0, load_bits[47:0], 32'd0};
  wire [CB-1:0] weights_cmd = {128'd0, weights_bits[255:0], 128'd0};
  wire [CB-1:0] compute_cmd = {32'd0, compute_bits[431:80], 48'd0, compute_bits[79:0]};

  // ---- Waits: counts of completed commands
  wire load_done, compute_done;
  logic [PORTS*3-1:0] marks_q;
  wire [PORTS-1:0] marked;
  wire store_done = &marked;
  generate
    for (p = 0; p < PORTS; p++) begin : g_mark
      assign marked[p] = marks_q[p*3+:3] != '0;
      always_ff @(posedge clk_i) begin
        if (rst_queues) marks_q[p*3+:3] <= '0;
        else marks_q[p*3+:3] <= marks_q[p*3+:3] + 3'(mark_done[p]) - 3'(store_done);
      end
    end
  endgenerate
  logic load_wait_q, compute_wait_q;
  wire [15:0] ll = load_count_q - load_cmd[zn_pkg::F_WAIT_LOAD+:zn_pkg::W_WAIT_LOAD];
  wire [15:0] lc = compute_count_q - load_cmd[zn_pkg::F_WAIT_COMPUTE+:zn_pkg::W_WAIT_COMPUTE];
  wire [15:0] ls = store_count_q - load_cmd[zn_pkg::F_WAIT_STORE+:zn_pkg::W_WAIT_STORE];
  wire [15:0] cl = load_count_q - compute_cmd[zn_pkg::F_WAIT_LOAD+:zn_pkg::W_WAIT_LOAD];
  wire [15:0] cc = compute_count_q - compute_cmd[zn_pkg::F_WAIT_COMPUTE+:zn_pkg::W_WAIT_COMPUTE];
  wire [15:0] cs = store_count_q - compute_cmd[zn_pkg::F_WAIT_STORE+:zn_pkg::W_WAIT_STORE];
  always_ff @(posedge clk_i) begin
    load_wait_q    <= !ll[15] && !lc[15] && !ls[15];
    compute_wait_q <= !cl[15] && !cc[15] && !cs[15];
    if (fetch_start) begin
      load_count_q    <= '0;
      compute_count_q <= '0;
      store_count_q   <= '0;
    end else begin
      load_count_q    <= load_count_q + 16'(load_done);
      compute_count_q <= compute_count_q + 16'(compute_done);
      store_count_q   <= store_count_q + 16'(store_done);
    end
  end

  // ---- LOAD
  wire load_busy;
  wire [PORTS-1:0] ll_valid, ll_ready, ll_done, mem_valid, mem_ready;
  wire [31:0] ll_addr;
  wire [12:0] ll_words;
  wire [15:0] ll_row;
  wire [PORTS*ACT_LOG2-1:0] mem_row;
  wire [PORTS*4-1:0] mem_bank;
  wire [PORTS*128-1:0] mem_data;
  zn_load #(.PORTS(PORTS)) u_load (
      .clk_i, .rst_i(rst_load), .cmd_valid_i(load_valid), .cmd_ready_o(load_take), .cmd_i(load_cmd),
      .wait_ok_i(load_wait_q), .done_o(load_done), .busy_o(load_busy), .line_valid_o(ll_valid), .line_ready_i(ll_ready),
      .line_addr_o(ll_addr), .line_words_o(ll_words), .line_row_o(ll_row), .line_done_i(ll_done));
  generate
    for (p = 0; p < PORTS; p++) begin : g_load
      wire [4:0] beats;
      zn_load_port #(.DEPTH_LOG2(ACT_LOG2), .BANKS_LOG2(BANKS_LOG2)) u_port (
          .clk_i, .rst_i(rst_load), .line_valid_i(ll_valid[p]), .line_ready_o(ll_ready[p]), .line_addr_i(ll_addr),
          .line_words_i(ll_words), .line_row_i(ll_row), .line_done_o(ll_done[p]), .req_valid_o(req_valid[p*3+2]),
          .req_ready_i(req_ready[p*3+2]), .req_addr_o(req_addr[p*96+64+:32]), .req_beats_o(beats),
          .data_valid_i(data_valid[p*3+2]), .data_ready_o(data_ready[p*3+2]), .data_i(rdata[p*64+:64]),
          .mem_valid_o(mem_valid[p]), .mem_ready_i(mem_ready[p]), .mem_row_o(mem_row[p*ACT_LOG2+:ACT_LOG2]),
          .mem_bank_o(mem_bank[p*4+:4]), .mem_data_o(mem_data[p*128+:128]));
      assign req_beats[p*24+16+:8] = {3'd0, beats};
    end
  endgenerate

  // ---- WEIGHTS
  wire weights_busy, word_arrived, release_word;
  wire [PORTS-1:0] w_valid, w_ready, w_data_valid;
  wire [PORTS*32-1:0] w_addr;
  wire [PORTS*8-1:0] w_beats;
  wire [511:0] ring_word;
  logic [RING_LOG2-1:0] ring_addr_q [1:3];
  zn_weights #(.PORTS(PORTS), .RING_LOG2(RING_LOG2), .CODEBOOK(CODEBOOK)) u_weights (
      .clk_i, .rst_i(rst_weights), .cmd_valid_i(weights_valid), .cmd_ready_o(weights_take), .cmd_i(weights_cmd),
      .busy_o(weights_busy), .req_valid_o(w_valid), .req_ready_i(w_ready), .req_addr_o(w_addr), .req_beats_o(w_beats),
      .data_valid_i(w_data_valid), .data_i(rdata), .release_i(release_word), .word_o(word_arrived),
      .read_addr_i(ring_addr_q[3]), .read_data_o(ring_word));
  generate
    for (p = 0; p < PORTS; p++) begin : g_weights
      assign req_valid[p*3+1] = w_valid[p];
      assign w_ready[p] = req_ready[p*3+1];
      assign req_addr[p*96+32+:32] = w_addr[p*32+:32];
      assign req_beats[p*24+8+:8] = w_beats[p*8+:8];
      assign w_data_valid[p] = data_valid[p*3+1];
    end
  endgenerate

  // ---- Compute
  wire out_job, out_room, out_idle, group_done, seq_busy, stall_read, stall_write, stall_weights;
  wire [RING_LOG2-1:0] ring_addr;
  wire param, param_word, param_bank;
  wire round_load, pool, pool_first, pool_last, stride2, mac, mac_first, mac_last;
  wire [LANES-1:0] slot_mask;
  wire [15:0] slot_base, slot_offset;
  wire signed [14:0] slot_row, slot_col;
  wire [2:0] kernel_row, kernel_col, pre_shift;
  wire [14:0] in_rows, in_cols;
  wire [31:0] pad;
  wire [4:0] positions;
  wire [SLOTS*LANES-1:0] tile_mask;
  wire tile_first, tile_last, tile_bank, wide, relu;
  wire [7:0] zero_point;
  logic out_full_q;
  always_ff @(posedge clk_i) out_full_q <= write_full != '0;
  zn_seq #(.LANES(LANES), .SLOTS(SLOTS), .DRAIN(DRAIN), .RING_LOG2(RING_LOG2)) u_seq (
      .clk_i, .rst_i(rst_compute), .cmd_valid_i(compute_valid), .cmd_ready_o(compute_take), .cmd_i(compute_cmd),
      .wait_ok_i(compute_wait_q), .idle_behind_i(out_idle), .out_ready_i(out_room), .out_job_o(out_job),
      .out_full_i(out_full_q), .word_i(word_arrived), .release_o(release_word), .low_o(weights_low), .group_done_i(group_done),
      .ring_addr_o(ring_addr), .param_o(param), .param_word_o(param_word), .param_bank_o(param_bank),
      .load_o(round_load), .pool_o(pool), .pool_first_o(pool_first), .pool_last_o(pool_last), .slot_mask_o(slot_mask),
      .slot_base_o(slot_base), .slot_offset_o(slot_offset), .slot_row_o(slot_row), .slot_col_o(slot_col),
      .kernel_row_o(kernel_row), .kernel_col_o(kernel_col), .stride2_o(stride2), .rows_o(in_rows), .cols_o(in_cols),
      .pad_o(pad), .mac_o(mac), .mac_first_o(mac_first), .mac_last_o(mac_last), .mac_positions_o(positions),
      .tile_mask_o(tile_mask), .tile_first_o(tile_first), .tile_last_o(tile_last), .tile_bank_o(tile_bank),
      .wide_o(wide), .relu_o(relu), .pre_shift_o(pre_shift), .zero_point_o(zero_point), .busy_o(seq_busy),
      .stall_read_o(stall_read), .stall_write_o(stall_write), .stall_weights_o(stall_weights));

  wire [BANKS*ACT_LOG2-1:0] gather_row;
  wire [BANKS*128-1:0] gather_data;
  wire [LANES*128-1:0] word;
  wire [LANES-1:0] pool_mask;
  wire pool_v, pool_f, pool_l;
  zn_gather #(.LANES(LANES), .DEPTH_LOG2(ACT_LOG2), .BANKS_LOG2(BANKS_LOG2), .SIDE(SIDE)) u_gather (
      .clk_i, .side_i({pool && !rst_compute, pool_first, pool_last, slot_mask}), .row_base_i(slot_base),
      .row_offset_i(slot_offset), .row_i(slot_row), .col_i(slot_col), .kernel_row_i(kernel_row),
      .kernel_col_i(kernel_col), .stride2_i(stride2), .rows_i(in_rows), .cols_i(in_cols), .pad_i(pad),
      .mem_row_o(gather_row), .mem_data_i(gather_data), .side_o({pool_v, pool_f, pool_l, pool_mask}), .word_o(word));

  wire tile_done;
  wire [SLOTS*LANES*512-1:0] hold;
  zn_array #(.LANES(LANES), .SLOTS(SLOTS)) u_array (
      .clk_i, .rst_i(rst_array), .mac_i(mac), .mac_first_i(mac_first), .mac_last_i(mac_last), .load_i(round_load),
      .word_i(word), .weight_i(ring_word), .done_o(tile_done), .hold_o(hold));

  logic [4:1] param_q, param_word_q, param_bank_q;
  integer i;
  always_ff @(posedge clk_i) begin
    ring_addr_q[1] <= ring_addr;
    ring_addr_q[2] <= ring_addr_q[1];
    ring_addr_q[3] <= ring_addr_q[2];
    param_q      <= rst_array ? '0 : {param_q[3:1], param};
    param_word_q <= {param_word_q[3:1], param_word};
    param_bank_q <= {param_bank_q[3:1], param_bank};
  end

  // The tile's description waits for its results
  localparam int TW = SLOTS * LANES + 16;
  wire [TW-1:0] tile;
  wire tile_room, tile_valid;
  wire [3:0] tile_level;
  zn_fifo #(.WIDTH(TW), .DEPTH_LOG2(3)) u_tiles (
      .clk_i, .rst_i(rst_compute), .valid_i(mac_last), .ready_o(tile_room),
      .data_i({tile_mask, tile_first, tile_last, tile_bank, wide, relu, pre_shift, zero_point}),
      .valid_o(tile_valid), .ready_i(tile_done), .data_o(tile), .level_o(tile_level));

  wire drain_valid, pool_valid;
  wire [LANES-1:0] drain_mask, pooled_mask;
  wire [LANES-1:0] drain_lane;
  wire [LANES*128-1:0] drain_data, pooled_data, result_data;
  zn_drain #(.LANES(LANES), .SLOTS(SLOTS), .DRAIN(DRAIN)) u_drain (
      .clk_i, .rst_i(rst_drain), .done_i(tile_done), .mask_i(tile[TW-1:16]), .first_i(tile[15]), .last_i(tile[14]),
      .bank_i(tile[13]), .wide_i(tile[12]), .relu_i(tile[11]), .pre_shift_i(tile[10:8]), .zero_point_i(tile[7:0]),
      .hold_i(hold), .param_write_i(param_q[4]), .param_bank_i(param_bank_q[4]), .param_word_i(param_word_q[4]),
      .param_data_i(ring_word), .group_done_o(group_done), .valid_o(drain_valid), .lane_valid_o(drain_lane), .mask_o(drain_mask), .data_o(drain_data));
  zn_pool #(.LANES(LANES), .SLOTS(SLOTS)) u_pool (
      .clk_i, .rst_i(rst_drain), .valid_i(pool_v), .first_i(pool_f), .last_i(pool_l), .mask_i(pool_mask), .word_i(word),
      .valid_o(pool_valid), .mask_o(pooled_mask), .data_o(pooled_data));

  generate
    for (p = 0; p < LANES; p++) begin : g_result
      assign result_data[p*128+:128] = drain_lane[p] ? drain_data[p*128+:128] : pooled_data[p*128+:128];
    end
  endgenerate

  wire out_mem_valid, out_mem_half;
  wire [15:0] out_mem_row;
  wire [LANES-1:0] out_mem_mask;
  wire [LANES*128-1:0] out_mem_data;
  zn_output #(.LANES(LANES), .PORTS(PORTS), .BANKS_LOG2(BANKS_LOG2)) u_output (
      .clk_i, .rst_i(rst_output), .job_valid_i(out_job), .job_ready_o(out_room), .job_i(compute_cmd), .idle_o(out_idle),
      .done_o(compute_done), .valid_i(drain_valid || pool_valid), .mask_i(drain_valid ? drain_mask : pooled_mask),
      .data_i(result_data), .mem_valid_o(out_mem_valid), .mem_row_o(out_mem_row),
      .mem_half_o(out_mem_half), .mem_mask_o(out_mem_mask), .mem_data_o(out_mem_data), .line_valid_o(line_valid),
      .line_addr_o(out_line_addr), .line_words_o(out_line_words), .entry_valid_o(entry_valid),
      .entry_words_o(entry_words), .entry_data_o(entry_data), .mark_o(mark));
  zn_act_mem #(.PORTS(PORTS), .DEPTH_LOG2(ACT_LOG2), .BANKS_LOG2(BANKS_LOG2), .LANES(LANES)) u_act (
      .clk_i, .rst_i(rst_output), .out_valid_i(out_mem_valid), .out_row_i(out_mem_row[ACT_LOG2-1:0]),
      .out_half_i(out_mem_half), .out_mask_i(out_mem_mask), .out_data_i(out_mem_data), .load_valid_i(mem_valid),
      .load_ready_o(mem_ready), .load_row_i(mem_row), .load_bank_i(mem_bank), .load_data_i(mem_data),
      .read_row_i(gather_row), .read_data_o(gather_data));

  // ---- What the control needs to know
  logic [15:0] load_at_q, weights_at_q, compute_at_q, tag_q;
  assign trace_tag_o = tag_q;
  logic list_end_q;
  always_ff @(posedge clk_i) begin
    list_end_q <= list_end && !rst_compute;
    if (load_take) load_at_q <= load_index;
    if (weights_take && weights_valid) weights_at_q <= weights_bits[271:256];
    if (compute_take) begin
      compute_at_q <= compute_index;
      tag_q        <= compute_cmd[zn_pkg::F_TAG+:zn_pkg::W_TAG];
    end
    current_q    <= (seq_busy && !stall_read) || !load_busy ? (compute_valid && !seq_busy ? compute_index : compute_at_q) : load_at_q;
    ports_idle_q <= (&read_idle) && (&write_idle);
    all_idle_q   <= list_end_q && (&read_idle) && (&write_empty) && !fetch_busy && !load_valid && !load_busy &&
                    !weights_valid && !weights_busy && !compute_valid && !seq_busy && out_idle && marks_q == '0;
    progress_q   <= read_beat != '0 || write_beat != '0 || mac || pool || load_done || compute_done;
    engine_error_q <= !halt && (fetch_error || read_error != '0 || write_error != '0);
    engine_addr_q  <= '0;
    engine_code_q    <= fetch_code;
    engine_command_q <= index;
    for (i = PORTS - 1; i >= 0; i--) begin
      if (write_error[i] && !fetch_error) begin
        engine_code_q    <= write_code[i*4+:4];
        engine_command_q <= compute_at_q;
        engine_addr_q    <= write_eaddr[i*32+:32];
      end
    end
    for (i = PORTS - 1; i >= 0; i--) begin
      if (read_error[i] && !fetch_error) begin
        engine_code_q    <= read_code[i*4+:4];
        engine_command_q <= read_client[i*2+:2] == 2'd0 ? index : read_client[i*2+:2] == 2'd1 ? weights_at_q : load_at_q;
        engine_addr_q    <= read_eaddr[i*32+:32];
      end
    end
    if (rst_i) engine_error_q <= 1'b0;
  end
  zn_counters #(.PORTS(PORTS)) u_counters (
      .clk_i, .clear_i(clear || rst_i), .run_i(busy && !draining), .mac_i(mac), .positions_i(positions), .stall_read_i(stall_read),
      .stall_write_i(stall_write), .stall_weights_i(stall_weights), .read_beat_i(read_beat), .write_beat_i(write_beat),
      .cycles_o(cycles), .macs_o(macs), .array_cycles_o(array_cycles), .stall_read_o(n_stall_read),
      .stall_write_o(n_stall_write), .stall_weights_o(n_stall_weights), .read_beats_o(read_beats), .write_beats_o(write_beats));
  wire _unused = &{1'b0, load_level, weights_level, compute_level, tile_room, tile_valid, tile_level, req_ready, data_valid,
                   cmd, ll, lc, ls, cl, cc, cs, out_mem_row};
endmodule
`default_nettype wire
