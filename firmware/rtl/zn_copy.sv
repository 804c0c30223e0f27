// A register that stays one: a copy of a signal with many readers, so that each copy has few, close together.
// Without the attributes every tool would merge equal registers again: Yosys looks at the process, Vivado at the signal.
// Latency: 1 cycle. Stall rule: none. Parameters: WIDTH >= 1.
`default_nettype none
module zn_copy #(
    parameter int WIDTH = 1
) (
    input  wire              clk_i,
    input  wire  [WIDTH-1:0] d_i,
    output wire  [WIDTH-1:0] q_o
);
  // bit by bit: Yosys merges equal bits of one register
  genvar b;
  generate
    for (b = 0; b < WIDTH; b++) begin : g_bit
      (* keep = "true", dont_touch = "true" *) logic copy_q;
      (* keep *) always_ff @(posedge clk_i) copy_q <= d_i[b];
      assign q_o[b] = copy_q;
    end
  endgenerate
endmodule
`default_nettype wire
