// The multiplier array: S slots one behind the other, weights handed on from slot to slot.
// Latency: a round issued at T is accumulated at T+13+s in slot s; hold_o of slot s is new at T_last+14+s.
// Stall rule: none. Parameters: LANES 1, 2, 4, 8; SLOTS 2..4.
`default_nettype none
module zn_array #(
    parameter int LANES = 1,
    parameter int SLOTS = 2
) (
    input  wire                         clk_i,
    input  wire                         rst_i,
    input  wire                         mac_i,        // issue time T
    input  wire                         mac_first_i,
    input  wire                         mac_last_i,
    input  wire                         load_i,       // T: a round starts in slot 0
    input  wire  [LANES*128-1:0]        word_i,       // T+6+s: slot s's word
    input  wire  [511:0]                weight_i,     // T+5: ring word of issue time T
    output wire                         done_o,       // T_last+13
    output wire  [SLOTS*LANES*512-1:0]  hold_o
);
  localparam int ACC = 13;   // issue to accumulator of slot 0
  localparam int WORD = 6;   // issue to slot 0's word

  logic [ACC:1] mac_d, last_d;
  logic [ACC-1:1] first_d;
  logic [WORD+SLOTS-2:1] load_d;
  always_ff @(posedge clk_i) begin
    mac_d   <= {mac_d[ACC-1:1], mac_i};
    first_d <= {first_d[ACC-2:1], mac_first_i};
    last_d  <= {last_d[ACC-1:1], mac_last_i};
    load_d  <= {load_d[WORD+SLOTS-3:1], load_i};
    if (rst_i) begin
      mac_d  <= '0;
      last_d <= '0;
    end
  end
  assign done_o = last_d[ACC] && mac_d[ACC];

  wire [799:0] w [0:SLOTS];
  wire [SLOTS:0] valid, first, last;
  zn_weight_pack u_pack (.clk_i, .word_i(weight_i), .w_o(w[0]));
  // a cycle early: slots and cascades keep their own copies
  assign valid[0] = mac_d[ACC-1];
  assign first[0] = first_d[ACC-1];
  assign last[0]  = last_d[ACC-1];
  genvar s;
  generate
    for (s = 0; s < SLOTS; s++) begin : g_slot
      zn_slot #(.LANES(LANES)) u_slot (
          .clk_i, .load_i(load_d[WORD+s-1]), .word_i, .w_i(w[s]), .w_o(w[s+1]),
          .valid_i(valid[s]), .first_i(first[s]), .last_i(last[s]),
          .valid_o(valid[s+1]), .first_o(first[s+1]), .last_o(last[s+1]),
          .hold_o(hold_o[s*LANES*512+:LANES*512]));
    end
  endgenerate
  wire _unused = &{1'b0, w[SLOTS], valid[SLOTS], first[SLOTS], last[SLOTS]};
endmodule
`default_nettype wire
