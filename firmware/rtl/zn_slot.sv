// One slot of the array: L positions x 16 output channels x 4 input channels.
// A word of 16 channels per position is loaded at the start of a round and used four bytes a cycle.
// Latency: the quad of issue time T meets its weights at T; hold_o two cycles after the delayed last.
// Stall rule: none. Parameters: LANES 1, 2, 4 or 8.
`default_nettype none
module zn_slot #(
    parameter int LANES = 1  // positions
) (
    input  wire                  clk_i,
    input  wire                  load_i,    // take word_i in the next cycle
    input  wire  [LANES*128-1:0] word_i,    // 16 unsigned activations per lane
    input  wire  [799:0]         w_i,       // [pair][ic] packed weights, input channel k already k cycles late
    output logic [799:0]         w_o,       // the same for the next slot, one cycle later
    input  wire                  valid_i,   // accumulate control, a cycle before the end of the cascades
    input  wire                  first_i,
    input  wire                  last_i,
    output logic                 valid_o,   // the same for the next slot
    output logic                 first_o,
    output logic                 last_o,
    output wire  [LANES*512-1:0] hold_o     // [lane][channel] results of the last tile
);
  logic [799:0] w_q;
  always_ff @(posedge clk_i) begin
    w_q     <= w_i;
    valid_o <= valid_i;
    first_o <= first_i;
    last_o  <= last_i;
  end
  assign w_o = w_q;

  genvar l, p;
  generate
    for (l = 0; l < LANES; l++) begin : g_lane
      logic [127:0] word_q;
      logic [7:0]   x1_q, x2a_q, x2_q, x3a_q, x3b_q, x3_q;
      wire load;
      zn_copy u_load (.clk_i, .d_i(load_i), .q_o(load));
      always_ff @(posedge clk_i) begin
        if (load) word_q <= word_i[l*128+:128];
        else        word_q <= {32'd0, word_q[127:32]};
        x1_q  <= word_q[15:8];
        x2a_q <= word_q[23:16];
        x2_q  <= x2a_q;
        x3a_q <= word_q[31:24];
        x3b_q <= x3a_q;
        x3_q  <= x3b_q;
      end
      // x - 128: the top bit inverted
      wire [31:0] x = {~x3_q[7], x3_q[6:0], ~x2_q[7], x2_q[6:0], ~x1_q[7], x1_q[6:0], ~word_q[7], word_q[6:0]};
      for (p = 0; p < 8; p++) begin : g_pair
        zn_cascade u_cascade (
            .clk_i, .w_i(w_q[p*100+:100]), .x_i(x), .valid_i, .first_i, .last_i,
            .hold_o(hold_o[l*512+p*64+:64]));
      end
    end
  endgenerate
endmodule
`default_nettype wire
