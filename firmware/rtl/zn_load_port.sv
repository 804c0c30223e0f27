// One port's part of LOAD: fetches lines and writes their words into the activation memory.
// Latency: that of the port. Stall rule: ready/valid; a word waits for its bank.
// Parameters: DEPTH_LOG2, BANKS_LOG2 of the activation memory.
`default_nettype none
module zn_load_port #(
    parameter int DEPTH_LOG2 = 13,
    parameter int BANKS_LOG2 = 0
) (
    input  wire                    clk_i,
    input  wire                    rst_i,
    // lines
    input  wire                    line_valid_i,
    output wire                    line_ready_o,
    input  wire  [31:0]            line_addr_i,
    input  wire  [12:0]            line_words_i,
    input  wire  [15:0]            line_row_i,   // memory row of column 0
    output logic                   line_done_o,  // a line is in the memory
    // port
    output wire                    req_valid_o,
    input  wire                    req_ready_i,
    output wire  [31:0]            req_addr_o,
    output wire  [4:0]             req_beats_o,
    input  wire                    data_valid_i,
    output wire                    data_ready_o,
    input  wire  [63:0]            data_i,
    // memory
    output logic                   mem_valid_o,
    input  wire                    mem_ready_i,
    output logic [DEPTH_LOG2-1:0]  mem_row_o,
    output logic [3:0]             mem_bank_o,
    output logic [127:0]           mem_data_o
);
  localparam logic [3:0] LAST_BANK = 4'((1 << BANKS_LOG2) - 1);

  wire burst_job_ready, line_fifo_ready, line_fifo_valid;
  wire [12:0] words;
  wire [15:0] row;
  wire [2:0]  unused_level;
  logic line_end;
  assign line_ready_o = burst_job_ready && line_fifo_ready;
  zn_burst #(.BEATS_W(14)) u_burst (
      .clk_i, .rst_i, .job_valid_i(line_valid_i && line_fifo_ready), .job_ready_o(burst_job_ready),
      .job_addr_i(line_addr_i), .job_beats_i({line_words_i, 1'b0}), .allow_i(1'b1),
      .burst_valid_o(req_valid_o), .burst_ready_i(req_ready_i), .burst_addr_o(req_addr_o),
      .burst_beats_o(req_beats_o));
  zn_fifo #(.WIDTH(29), .DEPTH_LOG2(2)) u_lines (
      .clk_i, .rst_i, .valid_i(line_valid_i && burst_job_ready), .ready_o(line_fifo_ready),
      .data_i({line_words_i, line_row_i}), .valid_o(line_fifo_valid), .ready_i(line_end), .data_o({words, row}),
      .level_o(unused_level));
  wire _unused = &{1'b0, unused_level, row};

  // Two beats make a word
  logic        open_q, half_q;
  logic [63:0] low_q;
  logic [12:0] left_q;
  logic [DEPTH_LOG2-1:0] row_q;
  logic [3:0]  bank_q;
  // A word is every other beat: waiting for the last one's write costs nothing unless its bank was taken
  assign data_ready_o = open_q && (!half_q || !mem_valid_o);
  wire beat = data_valid_i && data_ready_o;
  assign line_end = !open_q && line_fifo_valid;

  always_ff @(posedge clk_i) begin
    line_done_o <= 1'b0;
    if (mem_valid_o && mem_ready_i) mem_valid_o <= 1'b0;
    if (line_end) begin
      open_q <= 1'b1;
      left_q <= words;
      row_q  <= row[DEPTH_LOG2-1:0];
      bank_q <= '0;
      half_q <= 1'b0;
    end
    if (beat) begin
      half_q <= !half_q;
      if (!half_q) low_q <= data_i;
      else begin
        mem_valid_o <= 1'b1;
        mem_row_o   <= row_q;
        mem_bank_o  <= bank_q;
        mem_data_o  <= {data_i, low_q};
        left_q      <= left_q - 13'd1;
        bank_q      <= bank_q == LAST_BANK ? '0 : bank_q + 4'd1;
        if (bank_q == LAST_BANK) row_q <= row_q + 1'b1;
        if (left_q == 13'd1) begin
          open_q      <= 1'b0;
          line_done_o <= 1'b1;
        end
      end
    end
    if (rst_i) begin
      open_q      <= 1'b0;
      half_q      <= 1'b0;
      mem_valid_o <= 1'b0;
      line_done_o <= 1'b0;
    end
  end
endmodule
`default_nettype wire
