// Walks the slots of a command: L columns at a time along the rows of the output.
// `step_i` moves to the next slot; behind the last one `valid_o` is low until `restart_i`.
// Latency: 1 cycle. Stall rule: moves only with step_i. Parameters: LANES 1, 2, 4, 8.
`default_nettype none
module zn_cursor #(
    parameter int LANES = 1
) (
    input  wire                clk_i,
    input  wire                restart_i,    // back to the first slot; wins over step_i
    input  wire                step_i,
    input  wire  [12:0]        rows_i,       // output rows
    input  wire  [12:0]        cols_i,       // output columns
    input  wire  signed [14:0] row_start_i,  // input row and column of the first slot's first tap
    input  wire  signed [14:0] col_start_i,
    input  wire  [15:0]        base_start_i, // memory row belonging to row_start_i
    input  wire  [1:0]         row_step_i,   // input rows between output rows
    input  wire                col_stride2_i,
    input  wire  [15:0]        base_step_i,  // memory rows between output rows
    output logic               valid_o,
    output wire                last_o,       // the slot at hand is the last one
    output logic [LANES-1:0]   mask_o,       // columns inside the output
    output logic signed [14:0] row_o,
    output logic signed [14:0] col_o,
    output logic [15:0]        base_o
);
  localparam int SHIFT = $clog2(LANES);
  logic [12:0] rows_left_q, cols_left_q;
  logic row_end_q, row_last_q;   // the row's last slot; the last row
  // A row of one slot (1 to LANES columns); a row's rest of two: the row's end is known a step ahead
  wire row_one = (cols_i >> (SHIFT + 1)) == '0 && (!cols_i[SHIFT] || (cols_i & 13'(LANES - 1)) == '0);
  wire whole = (cols_left_q & 13'(LANES - 1)) == '0;
  wire row_two = (cols_left_q >> (SHIFT + 2)) == '0 && cols_left_q[SHIFT+1:SHIFT] == (whole ? 2'd2 : 2'd1);
  assign last_o = row_end_q && row_last_q;
  integer l;
  always_comb for (l = 0; l < LANES; l++) mask_o[l] = valid_o && cols_left_q > 13'(l);

  always_ff @(posedge clk_i) begin
    if (restart_i) begin
      valid_o     <= 1'b1;
      rows_left_q <= rows_i;
      cols_left_q <= cols_i;
      row_end_q   <= row_one;
      row_last_q  <= rows_i == 13'd1;
      row_o       <= row_start_i;
      col_o       <= col_start_i;
      base_o      <= base_start_i;
    end else if (step_i && valid_o) begin
      if (!row_end_q) begin
        cols_left_q <= cols_left_q - 13'(LANES);
        row_end_q   <= row_two;
        col_o       <= col_o + (col_stride2_i ? 15'(2 * LANES) : 15'(LANES));
      end else begin
        valid_o     <= !row_last_q;
        rows_left_q <= rows_left_q - 13'd1;
        row_last_q  <= rows_left_q == 13'd2;
        cols_left_q <= cols_i;
        row_end_q   <= row_one;
        row_o       <= row_o + $signed({13'd0, row_step_i});
        col_o       <= col_start_i;
        base_o      <= base_o + base_step_i;
      end
    end
  end
endmodule
`default_nettype wire
