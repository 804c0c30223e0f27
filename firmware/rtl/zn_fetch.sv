// Reads the command list, checks every command and hands it to its engine's queue.
// Latency: about 12 cycles a command once the list streams. Stall rule: a full queue stops it.
// Parameters: RING_LOG2 and TILE (positions of a tile), for the check of a group's size.
`default_nettype none
module zn_fetch #(
    parameter int RING_LOG2 = 10,
    parameter int TILE = 2
) (
    input  wire                          clk_i,
    input  wire                          rst_i,
    input  wire                          start_i,
    input  wire  [31:0]                  list_addr_i,
    input  wire  [15:0]                  list_count_i,
    // port
    output wire                          req_valid_o,
    input  wire                          req_ready_i,
    output wire  [31:0]                  req_addr_o,
    output wire  [4:0]                   req_beats_o,
    input  wire                          data_valid_i,
    input  wire  [63:0]                  data_i,
    // queues
    output wire                          load_valid_o,
    input  wire                          load_ready_i,
    output wire                          weights_valid_o,
    input  wire                          weights_ready_i,
    output wire                          compute_valid_o,
    input  wire                          compute_ready_i,
    output wire  [zn_pkg::CMD_BITS-1:0]  cmd_o,
    output wire  [15:0]                  index_o,      // of cmd_o in the list
    output logic                         end_o,        // END has been reached; stays high until reset
    output wire                          busy_o,
    output logic                         error_o,
    output logic [3:0]                   error_code_o
);
  localparam int RING_WORDS = (1 << RING_LOG2) - 34;  // what one group may fill, parameters not counted

  // ---- List stream: 32 beats of buffer, bursts of 16 when there is room
  logic [6:0]  owed_q;        // beats asked for or buffered
  logic        start_q, burst_busy;
  wire         burst_ready, beat_valid, beat_take, beat_ready;
  wire  [5:0]  beat_level;
  wire  [63:0] beat;
  wire         taken = req_valid_o && req_ready_i;
  zn_burst #(.BEATS_W(20)) u_burst (
      .clk_i, .rst_i, .job_valid_i(start_q), .job_ready_o(burst_ready), .job_addr_i(list_addr_i),
      .job_beats_i({1'b0, list_count_i, 3'd0}), .allow_i(owed_q <= 7'd16 && !taken), .burst_valid_o(req_valid_o),
      .burst_ready_i(req_ready_i), .burst_addr_o(req_addr_o), .burst_beats_o(req_beats_o));
  zn_fifo #(.WIDTH(64), .DEPTH_LOG2(5)) u_beats (
      .clk_i, .rst_i, .valid_i(data_valid_i), .ready_o(beat_ready), .data_i, .valid_o(beat_valid), .ready_i(beat_take),
      .data_o(beat), .level_o(beat_level));
  assign burst_busy = !burst_ready;

  // ---- Assemble, check in two cycles, hand over
  typedef enum logic [2:0] {OFF, COLLECT, SETTLE, CHECK, JUDGE, GIVE, STOP} state_t;
  state_t state_q;
  logic [zn_pkg::CMD_BITS-1:0] cmd_q;
  logic [2:0]  beats_q;
  logic [15:0] index_q, left_q;
  assign beat_take = state_q == COLLECT && beat_valid;
  // The command shifts a cycle after its beat was taken, a quarter by each copy of the enable
  logic [63:0] beat_q;
  always_ff @(posedge clk_i) beat_q <= beat;
  genvar q;
  generate
    for (q = 0; q < 4; q++) begin : g_quarter
      wire shift;
      zn_copy u_shift (.clk_i, .d_i(beat_take), .q_o(shift));
      always_ff @(posedge clk_i) begin
        if (shift) begin
          cmd_q[q*128+:64]    <= cmd_q[q*128+64+:64];
          cmd_q[q*128+64+:64] <= q == 3 ? beat_q : cmd_q[(q*128+128)%512+:64];
        end
      end
    end
  endgenerate
  assign cmd_o = cmd_q;
  assign index_o = index_q;
  wire [7:0] opcode = cmd_q[zn_pkg::F_OPCODE+:zn_pkg::W_OPCODE];
  assign load_valid_o    = state_q == GIVE && opcode == zn_pkg::OP_LOAD;
  assign weights_valid_o = state_q == GIVE && opcode == zn_pkg::OP_WEIGHTS;
  assign compute_valid_o = state_q == GIVE && (opcode == zn_pkg::OP_CONV || opcode == zn_pkg::OP_POOL);
  wire given = (load_valid_o && load_ready_i) || (weights_valid_o && weights_ready_i) || (compute_valid_o && compute_ready_i);
  assign busy_o = state_q != OFF && state_q != STOP || burst_busy;

  wire is_conv = opcode == zn_pkg::OP_CONV;
  wire to_dram = !cmd_q[zn_pkg::F_TO_MEMORY] || (is_conv && cmd_q[zn_pkg::F_WIDE]);
  // 1 to 4096 in a field of 16 bits
  wire [15:0] dims [0:7];
  assign dims[0] = cmd_q[zn_pkg::F_LOAD_ROWS+:zn_pkg::W_LOAD_ROWS];
  assign dims[1] = cmd_q[zn_pkg::F_LOAD_COLS+:zn_pkg::W_LOAD_COLS];
  assign dims[2] = cmd_q[zn_pkg::F_LOAD_BLOCKS+:zn_pkg::W_LOAD_BLOCKS];
  assign dims[3] = cmd_q[zn_pkg::F_IN_ROWS+:zn_pkg::W_IN_ROWS];
  assign dims[4] = cmd_q[zn_pkg::F_IN_COLS+:zn_pkg::W_IN_COLS];
  assign dims[5] = cmd_q[zn_pkg::F_OUT_ROWS+:zn_pkg::W_OUT_ROWS];
  assign dims[6] = cmd_q[zn_pkg::F_OUT_COLS+:zn_pkg::W_OUT_COLS];
  assign dims[7] = cmd_q[zn_pkg::F_GROUPS+:zn_pkg::W_GROUPS];
  logic [7:0] dim_bad_q;
  logic blocks_bad_q, kernel_bad_q, quads_bad_q, ring_bad_q, align_load_q, align_weights_q, align_out_q, empty_bad_q, start_bad_q;
  wire [15:0] blocks = cmd_q[zn_pkg::F_BLOCKS+:zn_pkg::W_BLOCKS];
  wire [3:0] krows = cmd_q[zn_pkg::F_KERNEL_ROWS+:zn_pkg::W_KERNEL_ROWS];
  wire [3:0] kcols = cmd_q[zn_pkg::F_KERNEL_COLS+:zn_pkg::W_KERNEL_COLS];
  wire [1:0] srows = cmd_q[zn_pkg::F_STRIDE_ROWS+:zn_pkg::W_STRIDE_ROWS];
  wire [1:0] scols = cmd_q[zn_pkg::F_STRIDE_COLS+:zn_pkg::W_STRIDE_COLS];
  wire [2:0] quads = cmd_q[zn_pkg::F_LAST_QUADS+:zn_pkg::W_LAST_QUADS];
  wire signed [15:0] rstart = cmd_q[zn_pkg::F_ROW_START+:zn_pkg::W_ROW_START];
  wire signed [15:0] cstart = cmd_q[zn_pkg::F_COL_START+:zn_pkg::W_COL_START];

  integer i;
  always_ff @(posedge clk_i) begin
    error_o <= 1'b0;
    start_q <= start_i && list_addr_i[5:0] == '0 && list_count_i != '0;
    owed_q  <= owed_q + (taken ? 7'(req_beats_o) : '0) - 7'(beat_take);
    for (i = 0; i < 8; i++) dim_bad_q[i] <= dims[i] == '0 || dims[i] > 16'd4096;
    blocks_bad_q    <= blocks == '0 || blocks > 16'd4096;
    kernel_bad_q    <= krows == '0 || krows[3] || kcols == '0 || kcols[3] || srows == '0 || srows == 2'd3 || scols == '0 || scols == 2'd3;
    quads_bad_q     <= quads == '0 || quads > 3'd4;
    ring_bad_q      <= cmd_q[zn_pkg::F_GROUP_WORDS+:zn_pkg::W_GROUP_WORDS] > 16'(RING_WORDS) &&
                       !(cmd_q[zn_pkg::F_OUT_ROWS+:zn_pkg::W_OUT_ROWS] == 16'd1 &&
                         cmd_q[zn_pkg::F_OUT_COLS+:zn_pkg::W_OUT_COLS] <= 16'(TILE));
    start_bad_q     <= rstart < -16'sd8 || rstart > 16'sd8192 || cstart < -16'sd8 || cstart > 16'sd8192;
    align_load_q    <= cmd_q[zn_pkg::F_LOAD_ADDRESS+:4] != '0 || cmd_q[zn_pkg::F_LOAD_ROW_STRIDE+:4] != '0 ||
                       cmd_q[zn_pkg::F_LOAD_BLOCK_STRIDE+:4] != '0;
    align_weights_q <= cmd_q[zn_pkg::F_WEIGHTS_ADDRESS+:7] != '0 || cmd_q[zn_pkg::F_WEIGHTS_PORT_STRIDE+:7] != '0;
    align_out_q     <= cmd_q[zn_pkg::F_OUT_ADDRESS+:4] != '0 || cmd_q[zn_pkg::F_OUT_ROW_STRIDE+:4] != '0 ||
                       cmd_q[zn_pkg::F_OUT_BLOCK_STRIDE+:4] != '0;
    empty_bad_q     <= cmd_q[zn_pkg::F_WEIGHTS_BEATS+:zn_pkg::W_WEIGHTS_BEATS] == '0;

    case (state_q)
      OFF: if (start_i) begin
        index_q <= '0;
        left_q  <= list_count_i;
        beats_q <= '0;
        if (list_addr_i[5:0] != '0) begin
          error_o      <= 1'b1;
          error_code_o <= zn_pkg::ERR_BAD_ALIGNMENT;
          state_q      <= STOP;
        end else if (list_count_i == '0) begin
          error_o      <= 1'b1;
          error_code_o <= zn_pkg::ERR_NO_END;
          state_q      <= STOP;
        end else state_q <= COLLECT;
      end
      COLLECT: if (beat_valid) begin
        beats_q <= beats_q + 3'd1;
        if (beats_q == 3'd7) state_q <= SETTLE;
      end
      SETTLE: state_q <= CHECK;
      CHECK: state_q <= JUDGE;
      JUDGE: begin
        state_q <= GIVE;
        unique case (opcode)
          zn_pkg::OP_LOAD:
            if (dim_bad_q[2:0] != '0 || align_load_q) begin
              error_o      <= 1'b1;
              error_code_o <= align_load_q ? zn_pkg::ERR_BAD_ALIGNMENT : zn_pkg::ERR_BAD_FIELD;
              state_q      <= STOP;
            end
          zn_pkg::OP_WEIGHTS:
            if (empty_bad_q || align_weights_q) begin
              error_o      <= 1'b1;
              error_code_o <= align_weights_q ? zn_pkg::ERR_BAD_ALIGNMENT : zn_pkg::ERR_BAD_FIELD;
              state_q      <= STOP;
            end
          zn_pkg::OP_CONV, zn_pkg::OP_POOL:
            if (dim_bad_q[7:3] != '0 || kernel_bad_q || start_bad_q || (is_conv && (blocks_bad_q || quads_bad_q || ring_bad_q))) begin
              error_o      <= 1'b1;
              error_code_o <= zn_pkg::ERR_BAD_FIELD;
              state_q      <= STOP;
            end else if (to_dram && align_out_q) begin
              error_o      <= 1'b1;
              error_code_o <= zn_pkg::ERR_BAD_ALIGNMENT;
              state_q      <= STOP;
            end
          zn_pkg::OP_END: begin
            end_o   <= 1'b1;
            state_q <= STOP;
          end
          default: begin
            error_o      <= 1'b1;
            error_code_o <= zn_pkg::ERR_BAD_OPCODE;
            state_q      <= STOP;
          end
        endcase
      end
      GIVE: if (given) begin
        index_q <= index_q + 16'd1;
        left_q  <= left_q - 16'd1;
        if (left_q == 16'd1) begin
          error_o      <= 1'b1;
          error_code_o <= zn_pkg::ERR_NO_END;
          state_q      <= STOP;
        end else state_q <= COLLECT;
      end
      default: ;
    endcase
    if (rst_i) begin
      state_q <= OFF;
      owed_q  <= '0;
      start_q <= 1'b0;
      end_o   <= 1'b0;
      error_o <= 1'b0;
    end
  end
  wire _unused = &{1'b0, beat_ready, beat_level};
endmodule
`default_nettype wire
