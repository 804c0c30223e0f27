// Max-pool: keeps the maximum of S slots in turn, one block of 16 channels of L columns a cycle.
// The taps of one slot come S cycles apart; the slots' maxima go round in a shift register.
// Latency: 2 cycles from the last tap. Stall rule: none; cycles without valid_i do not move anything.
// Parameters: LANES 1, 2, 4, 8; SLOTS 2..4.
`default_nettype none
module zn_pool #(
    parameter int LANES = 1,
    parameter int SLOTS = 2
) (
    input  wire                  clk_i,
    input  wire                  rst_i,
    input  wire                  valid_i,
    input  wire                  first_i,  // first tap
    input  wire                  last_i,   // last tap
    input  wire  [LANES-1:0]     mask_i,
    input  wire  [LANES*128-1:0] word_i,
    output logic                 valid_o,
    output logic [LANES-1:0]     mask_o,
    output logic [LANES*128-1:0] data_o
);
  logic [LANES*128-1:0] state_q [0:SLOTS-1];
  wire  [LANES*128-1:0] old = state_q[SLOTS-1];
  logic [LANES*128-1:0] max_d;
  integer i;
  always_comb begin
    for (i = 0; i < LANES * 16; i++) begin
      max_d[i*8+:8] = (first_i || word_i[i*8+:8] > old[i*8+:8]) ? word_i[i*8+:8] : old[i*8+:8];
    end
  end
  logic done_q;
  logic [LANES-1:0] mask_q;
  integer k;
  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      state_q[0] <= max_d;
      for (k = 1; k < SLOTS; k++) state_q[k] <= state_q[k-1];
    end
    done_q  <= valid_i && last_i && mask_i != '0 && !rst_i;
    mask_q  <= mask_i;
    valid_o <= done_q && !rst_i;
    mask_o  <= mask_q;
    data_o  <= state_q[0];
  end
endmodule
`default_nettype wire
