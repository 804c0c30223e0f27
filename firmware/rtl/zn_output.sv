// Results to their place: activation memory, or lines of bursts for the write ports (row modulo N).
// Keeps its own walk over the command's slots, which come in order; the command is complete with its last slot.
// Latency: 2 cycles. Stall rule: none; the sequencer starts no tile while full_o.
// Parameters: LANES, PORTS, BANKS_LOG2.
`default_nettype none
module zn_output #(
    parameter int LANES = 1,
    parameter int PORTS = 1,
    parameter int BANKS_LOG2 = 0
) (
    input  wire                         clk_i,
    input  wire                         rst_i,
    // commands in order
    input  wire                         job_valid_i,
    output wire                         job_ready_o,
    input  wire  [zn_pkg::CMD_BITS-1:0] job_i,
    output wire                         idle_o,        // every command handed over is complete
    output logic                        done_o,        // pulse: a command is complete
    // slots
    input  wire                         valid_i,
    input  wire  [LANES-1:0]            mask_i,
    input  wire  [LANES*128-1:0]        data_i,
    // activation memory
    output logic                        mem_valid_o,
    output logic [15:0]                 mem_row_o,
    output logic                        mem_half_o,
    output logic [LANES-1:0]            mem_mask_o,
    output logic [LANES*128-1:0]        mem_data_o,
    // write ports
    output logic [PORTS-1:0]            line_valid_o,  // a line begins (with its first entry or before)
    output logic [31:0]                 line_addr_o,
    output logic [12:0]                 line_words_o,
    output logic [PORTS-1:0]            entry_valid_o, // up to L words of the line
    output logic [3:0]                  entry_words_o,
    output logic [LANES*128-1:0]        entry_data_o,
    output logic                        mark_o         // everything before belongs to a complete command
);
  localparam int W = 1 + 13 * 3 + 32 * 3;
  wire wide = job_i[zn_pkg::F_WIDE] && job_i[zn_pkg::F_OPCODE+:zn_pkg::W_OPCODE] == zn_pkg::OP_CONV;
  wire [12:0] rows = wide ? 13'd1 : job_i[zn_pkg::F_OUT_ROWS+:13];
  wire [12:0] cols = wide ? 13'd4 : job_i[zn_pkg::F_OUT_COLS+:13];
  wire _unused = &{1'b0, job_i};
  wire job_valid, job_take;
  wire [W-1:0] job;
  wire [2:0] jobs;
  zn_fifo #(.WIDTH(W), .DEPTH_LOG2(2)) u_jobs (
      .clk_i, .rst_i, .valid_i(job_valid_i), .ready_o(job_ready_o),
      .data_i({job_i[zn_pkg::F_TO_MEMORY] && !wide, rows, cols, job_i[zn_pkg::F_GROUPS+:13],
               job_i[zn_pkg::F_OUT_ADDRESS+:zn_pkg::W_OUT_ADDRESS],
               job_i[zn_pkg::F_OUT_ROW_STRIDE+:zn_pkg::W_OUT_ROW_STRIDE],
               job_i[zn_pkg::F_OUT_BLOCK_STRIDE+:zn_pkg::W_OUT_BLOCK_STRIDE]}),
      .valid_o(job_valid), .ready_i(job_take), .data_o(job), .level_o(jobs));

  logic        active_q, to_memory_q;
  logic [12:0] rows_q, cols_q, rows_left_q, cols_left_q, groups_left_q;
  logic [31:0] row_stride_q, block_stride_q, block_addr_q, row_addr_q;
  logic [15:0] mem_row_q;
  logic        half_q, line_start_q;
  logic [PORTS-1:0] port_q;
  assign job_take = !active_q && job_valid;
  assign idle_o = !active_q && jobs == '0;

  // What ends with the slot at hand is worked out a slot ahead
  localparam int SHIFT = $clog2(LANES);
  logic row_end_q, row_last_q, group_last_q;   // the row's last slot; the group's last row; the last group
  logic row_one_q, rows_one_q;                 // a row is one slot; a group is one row
  wire [12:0] job_rows = job[W-2-:13];
  wire [12:0] job_cols = job[W-15-:13];
  wire [12:0] job_groups = job[W-28-:13];
  wire job_row_one = (job_cols >> (SHIFT + 1)) == '0 && (!job_cols[SHIFT] || (job_cols & 13'(LANES - 1)) == '0);
  wire whole = (cols_left_q & 13'(LANES - 1)) == '0;
  wire row_two = (cols_left_q >> (SHIFT + 2)) == '0 && cols_left_q[SHIFT+1:SHIFT] == (whole ? 2'd2 : 2'd1);
  wire group_end = row_end_q && row_last_q;
  wire end_all = group_end && group_last_q;
  wire [31:0] next_block = block_addr_q + block_stride_q;
  wire [31:0] next_row = row_addr_q + row_stride_q;

  always_ff @(posedge clk_i) begin
    done_o        <= 1'b0;
    mark_o        <= done_o;   // a cycle after the last line
    mem_data_o    <= data_i;   // always: no enable that reaches them all
    entry_data_o  <= data_i;
    mem_valid_o   <= 1'b0;
    line_valid_o  <= '0;
    entry_valid_o <= '0;
    if (job_take) begin
      active_q <= 1'b1;
      {to_memory_q, rows_q, cols_q, groups_left_q, block_addr_q, row_stride_q, block_stride_q} <= job;
      row_addr_q   <= job[95:64];
      mem_row_q    <= job[79:64];
      rows_left_q  <= job_rows;
      cols_left_q  <= job_cols;
      row_one_q    <= job_row_one;
      row_end_q    <= job_row_one;
      rows_one_q   <= job_rows == 13'd1;
      row_last_q   <= job_rows == 13'd1;
      group_last_q <= job_groups == 13'd1;
      half_q       <= 1'b0;
      line_start_q <= 1'b1;
      port_q       <= PORTS'(1);
    end else if (valid_i) begin
      mem_valid_o   <= to_memory_q;
      mem_row_o     <= mem_row_q;
      mem_half_o    <= half_q;
      mem_mask_o    <= mask_i;
      line_addr_o   <= row_addr_q;
      line_words_o  <= cols_q;
      entry_words_o <= row_end_q ? cols_left_q[3:0] : 4'(LANES);
      if (!to_memory_q) begin
        entry_valid_o <= port_q;
        if (line_start_q) line_valid_o <= port_q;
      end
      line_start_q <= row_end_q;
      if (!row_end_q) begin
        row_end_q   <= row_two;
        cols_left_q <= cols_left_q - 13'(LANES);
        half_q      <= BANKS_LOG2 != 0 && !half_q;
        if (BANKS_LOG2 == 0 || half_q) mem_row_q <= mem_row_q + 16'd1;
      end else begin
        cols_left_q <= cols_q;
        row_end_q   <= row_one_q;
        half_q      <= 1'b0;
        port_q      <= port_q << 1 | port_q >> (PORTS - 1);
        if (!group_end) begin
          rows_left_q <= rows_left_q - 13'd1;
          row_last_q  <= rows_left_q == 13'd2;
          row_addr_q  <= next_row;
          mem_row_q   <= next_row[15:0];
        end else begin
          rows_left_q   <= rows_q;
          row_last_q    <= rows_one_q;
          groups_left_q <= groups_left_q - 13'd1;
          group_last_q  <= groups_left_q == 13'd2;
          block_addr_q  <= next_block;
          row_addr_q    <= next_block;
          mem_row_q     <= next_block[15:0];
          if (end_all) begin
            active_q <= 1'b0;
            done_o   <= 1'b1;
          end
        end
      end
    end
    if (rst_i) begin
      active_q      <= 1'b0;
      mem_valid_o   <= 1'b0;
      line_valid_o  <= '0;
      entry_valid_o <= '0;
      done_o        <= 1'b0;
      mark_o        <= 1'b0;
    end
  end
endmodule
`default_nettype wire
