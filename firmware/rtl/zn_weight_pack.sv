// One word of the weight ring (16 output channels x 4 input channels) as packed DSP operands, with the cascade's skew.
// (w1 << 17) + w0 without an adder for the low part: w0 sign-extended to 17 bits, w1 less one if w0 is negative.
// Latency: 1 cycle for input channel 0, 1 + k for input channel k. Stall rule: none. Parameters: none.
`default_nettype none
module zn_weight_pack (
    input  wire         clk_i,
    input  wire [511:0] word_i,  // byte 4*o + i: output channel o, input channel i
    output wire [799:0] w_o      // [pair][ic], 25 bits each
);
  genvar p, i;
  generate
    for (p = 0; p < 8; p++) begin : g_pair
      for (i = 0; i < 4; i++) begin : g_ic
        wire [7:0] even = word_i[(p*8+i)*8+:8];
        wire [7:0] odd  = word_i[(p*8+4+i)*8+:8];
        logic [24:0] delay_q [0:i];
        integer k;
        always_ff @(posedge clk_i) begin
          delay_q[0] <= {odd - {7'd0, even[7]}, {9{even[7]}}, even};
          for (k = 1; k <= i; k++) delay_q[k] <= delay_q[k-1];
        end
        assign w_o[p*100+i*25+:25] = delay_q[i];
      end
    end
  endgenerate
endmodule
`default_nettype wire
