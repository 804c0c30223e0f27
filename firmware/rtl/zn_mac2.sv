// Two int8 products in one DSP48E1, added to a cascade: p_o = w_i * x_i + c_i with w_i = (w1 << 17) + w0.
// Exact for up to four terms: low part P[16:0], high part P[33:17] + P[16]; w0, w1 in -127..127.
// Latency: 3 cycles from w_i and x_i, 1 from c_i (operand, product and sum register: all inside the DSP).
// Stall rule: none. Parameters: none.
`default_nettype none
module zn_mac2 (
    input  wire                clk_i,
    input  wire  signed [24:0] w_i,
    input  wire  signed [7:0]  x_i,
    input  wire  signed [47:0] c_i,  // p_o of the previous DSP, or 0
    output logic signed [47:0] p_o
);
  logic signed [24:0] w_q;
  logic signed [7:0]  x_q;
  logic signed [32:0] m_q;

  always_ff @(posedge clk_i) begin
    w_q <= w_i;
    x_q <= x_i;
    m_q <= w_q * x_q;
    p_o <= c_i + 48'(m_q);
  end
endmodule
`default_nettype wire
