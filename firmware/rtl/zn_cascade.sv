// Four DSPs in a cascade (four input channels), two output channels, two accumulators and their drain copies.
// The operands of DSP k must come k cycles after those of DSP 0.
// Latency: valid_i, first_i, last_i belong to the sum of operands of DSP 0 presented 5 cycles earlier (the cascade keeps its own
// copies of them, a cycle later); hold_o is ready two cycles after last_i. Stall rule: none. Parameters: none.
`default_nettype none
module zn_cascade (
    input  wire         clk_i,
    input  wire  [99:0] w_i,      // four packed weight pairs of 25 bits
    input  wire  [31:0] x_i,      // four signed activations
    input  wire         valid_i,  // add the next cycle's sum
    input  wire         first_i,  // start a new accumulation with it
    input  wire         last_i,   // copy the result to hold_o
    output logic [63:0] hold_o    // channel pair: odd in 63:32, even in 31:0
);
  wire signed [47:0] p0, p1, p2, p3;
  zn_mac2 u_mac0 (.clk_i, .w_i(w_i[24:0]),  .x_i(x_i[7:0]),   .c_i(48'sd0), .p_o(p0));
  zn_mac2 u_mac1 (.clk_i, .w_i(w_i[49:25]), .x_i(x_i[15:8]),  .c_i(p0),     .p_o(p1));
  zn_mac2 u_mac2 (.clk_i, .w_i(w_i[74:50]), .x_i(x_i[23:16]), .c_i(p1),     .p_o(p2));
  zn_mac2 u_mac3 (.clk_i, .w_i(w_i[99:75]), .x_i(x_i[31:24]), .c_i(p2),     .p_o(p3));

  wire add, first, copy;
  zn_copy #(.WIDTH(3)) u_control (.clk_i, .d_i({valid_i, first_i, valid_i && last_i}), .q_o({add, first, copy}));

  logic [31:0] even_q, odd_q;
  // One extra bit at the bottom makes P[16] the carry into the odd sum.
  wire [31:0] even_d = {{15{p3[16]}}, p3[16:0]} + (first ? 32'd0 : even_q);
  wire [32:0] odd_d  = {{15{p3[33]}}, p3[33:17], p3[16]} + {first ? 32'd0 : odd_q, 1'b1};
  wire _unused = &{1'b0, p3[47:34], odd_d[0]};

  always_ff @(posedge clk_i) begin
    if (add) begin
      even_q <= even_d;
      odd_q  <= odd_d[32:1];
    end
    if (copy) hold_o <= {odd_d[32:1], even_d};
  end
endmodule
`default_nettype wire
