// Max-pool: keeps the maximum of S slots in turn, one block of 16 channels of L columns a cycle.
// The taps of one slot come S cycles apart; the slots' maxima go round in a shift register.
// Latency: 2 cycles from the last tap's word. Stall rule: none; cycles without valid_i do not move anything.
// Parameters: LANES 1, 2, 4, 8; SLOTS 2..4.
`default_nettype none
module zn_pool #(
    parameter int LANES = 1,
    parameter int SLOTS = 2
) (
    input  wire                  clk_i,
    input  wire                  rst_i,
    input  wire                  valid_i,  // a tap's word comes in the next cycle
    input  wire                  first_i,  // with valid_i: first tap
    input  wire                  last_i,   // with valid_i: last tap
    input  wire  [LANES-1:0]     mask_i,   // with valid_i
    input  wire  [LANES*128-1:0] word_i,
    output logic                 valid_o,
    output logic [LANES-1:0]     mask_o,
    output logic [LANES*128-1:0] data_o
);
  wire [LANES*128-1:0] newest;
  genvar l;
  generate
    for (l = 0; l < LANES; l++) begin : g_lane
      wire move, first;
      zn_copy #(.WIDTH(2)) u_control (.clk_i, .d_i({valid_i, first_i}), .q_o({move, first}));
      logic [127:0] state_q [0:SLOTS-1];
      logic [127:0] max_d;
      integer i;
      always_comb begin
        for (i = 0; i < 16; i++) begin
          max_d[i*8+:8] = (first || word_i[l*128+i*8+:8] > state_q[SLOTS-1][i*8+:8]) ? word_i[l*128+i*8+:8] : state_q[SLOTS-1][i*8+:8];
        end
      end
      integer k;
      always_ff @(posedge clk_i) begin
        if (move) begin
          state_q[0] <= max_d;
          for (k = 1; k < SLOTS; k++) state_q[k] <= state_q[k-1];
        end
      end
      assign newest[l*128+:128] = state_q[0];
    end
  endgenerate
  logic [1:0] done_q;
  logic [LANES-1:0] mask1_q, mask2_q;
  always_ff @(posedge clk_i) begin
    done_q  <= rst_i ? '0 : {done_q[0], valid_i && last_i && mask_i != '0};
    mask1_q <= mask_i;
    mask2_q <= mask1_q;
    valid_o <= done_q[1] && !rst_i;
    mask_o  <= mask2_q;
    data_o  <= newest;
  end
endmodule
`default_nettype wire
