// Reads one slot's block of 16 channels for L adjacent output columns; taps outside the tensor read the padding.
// With 2L banks, L columns at stride 1 or 2 never meet in a bank: bank b holds the one column of
// [col, col + banks) that is b modulo banks, one memory row further if b < col mod banks.
// Latency: word_o 6 cycles after the request, the sideband 5: a cycle ahead of its word. Stall rule: none.
// Parameters: LANES 1, 2, 4, 8; DEPTH_LOG2; BANKS_LOG2 0 or log2(2*LANES); SIDE >= 1 sideband bits.
`default_nettype none
module zn_gather #(
    parameter int LANES = 1,
    parameter int DEPTH_LOG2 = 13,
    parameter int BANKS_LOG2 = 0,
    parameter int SIDE = 8
) (
    input  wire                                   clk_i,
    input  wire  [SIDE-1:0]                       side_i,
    input  wire  [15:0]                           row_base_i,   // memory row of the slot's first tap, column 0
    input  wire  [15:0]                           row_offset_i, // of the tap and block
    input  wire  signed [14:0]                    row_i,        // input row of the slot's first tap
    input  wire  signed [14:0]                    col_i,        // input column of lane 0's first tap
    input  wire  [2:0]                            kernel_row_i,
    input  wire  [2:0]                            kernel_col_i,
    input  wire                                   stride2_i,    // column stride is 2
    input  wire  [14:0]                           rows_i,       // input tensor
    input  wire  [14:0]                           cols_i,
    input  wire  [31:0]                           pad_i,
    output wire  [(1<<BANKS_LOG2)*DEPTH_LOG2-1:0] mem_row_o,
    input  wire  [(1<<BANKS_LOG2)*128-1:0]        mem_data_i,
    output wire  [SIDE-1:0]                       side_o,
    output logic [LANES*128-1:0]                  word_o
);
  localparam int BANKS = 1 << BANKS_LOG2;
  localparam int BW = BANKS_LOG2 == 0 ? 1 : BANKS_LOG2;

  // 1: coordinates of the tap
  logic [15:0] base1_q, offset1_q;
  logic signed [14:0] row1_q, col1_q;
  logic stride1_q;
  // 2: memory row of column 0; columns of the lanes
  logic [15:0] base2_q;
  logic signed [14:0] col2_q;
  logic row_ok2_q, stride2_q;
  // 3: bank; the memory rows are below, one register a bank
  logic [BW-1:0] bank3_q;
  logic [LANES-1:0] ok3_q;
  logic stride3_q;
  // 4, 5: memory
  logic [BW-1:0] bank4_q;
  logic [LANES-1:0] ok4_q;
  logic stride4_q;
  logic [SIDE-1:0] side_q [1:5];
  integer i;
  always_ff @(posedge clk_i) begin
    base1_q   <= row_base_i;
    offset1_q <= row_offset_i;
    row1_q    <= row_i + $signed({12'd0, kernel_row_i});
    col1_q    <= col_i + $signed({12'd0, kernel_col_i});
    stride1_q <= stride2_i;

    base2_q   <= base1_q + offset1_q;
    col2_q    <= col1_q;
    row_ok2_q <= $unsigned(row1_q) < rows_i;  // negative rows are huge
    stride2_q <= stride1_q;

    bank3_q   <= col2_q[BW-1:0];
    stride3_q <= stride2_q;

    bank4_q   <= bank3_q;
    ok4_q     <= ok3_q;
    stride4_q <= stride3_q;
    side_q[1] <= side_i;
    for (i = 2; i <= 5; i++) side_q[i] <= side_q[i-1];
  end
  assign side_o = side_q[5];

  wire [15:0] column2 = $unsigned(16'(col2_q) >>> BANKS_LOG2);
  wire _unused = &{1'b0, base2_q, column2};
  genvar b, l;
  generate
    for (b = 0; b < BANKS; b++) begin : g_bank
      // the request leaves stage 3 as a register of its own, next to its memory
      wire wrapped;
      if (b == BANKS - 1) assign wrapped = 1'b0;
      else assign wrapped = BW'(b) < col2_q[BW-1:0];
      // one extra bit at the bottom carries `wrapped` in
      wire [DEPTH_LOG2:0] row2 = {base2_q[DEPTH_LOG2-1:0], 1'b1} + {column2[DEPTH_LOG2-1:0], wrapped};
      logic [DEPTH_LOG2-1:0] row3_q;
      always_ff @(posedge clk_i) row3_q <= row2[DEPTH_LOG2:1];
      assign mem_row_o[b*DEPTH_LOG2+:DEPTH_LOG2] = row3_q;
      wire _unused_low = &{1'b0, row2[0]};
    end
    for (l = 0; l < LANES; l++) begin : g_lane
      logic signed [14:0] lane2_q;   // the lane's column, in stage 2
      always_ff @(posedge clk_i) begin
        lane2_q  <= col1_q + (stride1_q ? 15'(2 * l) : 15'(l));
        ok3_q[l] <= row_ok2_q && ($unsigned(lane2_q) < cols_i);
      end
      wire [127:0] read [0:BANKS-1];
      for (b = 0; b < BANKS; b++) begin : g_read
        assign read[b] = mem_data_i[b*128+:128];
      end
      // four copies of the choice, each for a quarter of the word
      for (b = 0; b < 4; b++) begin : g_quarter
        wire [BW-1:0] pick5;
        wire          ok5;
        zn_copy #(.WIDTH(BW + 1)) u_pick (
            .clk_i, .d_i({BANKS == 1 ? BW'(0) : bank4_q + (stride4_q ? BW'(2 * l) : BW'(l)), ok4_q[l]}), .q_o({pick5, ok5}));
        always_ff @(posedge clk_i) word_o[l*128+b*32+:32] <= ok5 ? read[pick5][b*32+:32] : pad_i;
      end
    end
  endgenerate
endmodule
`default_nettype wire
