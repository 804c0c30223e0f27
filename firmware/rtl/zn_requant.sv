// Requantizer of one lane: t = (acc + bias) >> preShift; y = clamp(((t * multiplier + 2^(shift-1)) >> shift) + zeroPoint).
// One 25x17 multiplier: t of a checked model fits 25 signed bits. docs/arithmetic.md has the definition.
// Latency: wide_o 3 cycles, y_o 10 cycles after acc_i. Stall rule: none. Parameters: none.
`default_nettype none
module zn_requant (
    input  wire         clk_i,
    input  wire  [31:0] acc_i,
    input  wire  [31:0] bias_i,
    input  wire  [15:0] multiplier_i,
    input  wire  [5:0]  shift_i,       // 1..40
    input  wire  [2:0]  pre_shift_i,   // 1 cycle after acc_i
    input  wire         relu_i,        // for wide_o, 2 cycles after acc_i
    input  wire  [7:0]  zero_point_i,  // 8 cycles after acc_i
    input  wire  [7:0]  floor_i,       // least result (zero point or 0), 9 cycles after acc_i
    output logic [31:0] wide_o,        // t, or max(t, 0) with relu
    output logic [7:0]  y_o
);
  logic signed [31:0] sum_q, t_q;
  logic [15:0] mul1_q, mul2_q;
  logic [5:0]  sh1_q, sh2_q, sh3_q, sh4_q;
  logic [2:0]  sh5_q;
  logic signed [41:0] m_q, p_q, coarse_q, fine_q;
  logic signed [11:0] sat_q, r_q, z_q;

  // (x + 2^(s-1)) >> s is (x >> (s-1) + 1) >> 1: shift by s-1, then round
  wire signed [41:0] coarse_d = sh4_q[5]             ? p_q >>> 32 :
                                sh4_q[4] && sh4_q[3] ? p_q >>> 24 :
                                sh4_q[4]             ? p_q >>> 16 :
                                sh4_q[3]             ? p_q >>> 8  : p_q;
  wire over = !fine_q[41] && |fine_q[40:10];
  wire under = fine_q[41] && !(&fine_q[40:10]);
  wire signed [11:0] rounded = sat_q + 12'sd1;
  wire _unused = &{1'b0, rounded[0]};
  wire low = z_q < $signed({4'd0, floor_i});

  always_ff @(posedge clk_i) begin
    sum_q  <= acc_i + bias_i;
    mul1_q <= multiplier_i;
    sh1_q  <= shift_i;

    t_q    <= sum_q >>> pre_shift_i;
    mul2_q <= mul1_q;
    sh2_q  <= sh1_q;

    wide_o <= (relu_i && t_q[31]) ? 32'd0 : t_q;
    m_q    <= $signed(t_q[24:0]) * $signed({1'b0, mul2_q});
    sh3_q  <= sh2_q;

    p_q    <= m_q;
    sh4_q  <= sh3_q - 6'd1;

    coarse_q <= coarse_d;
    sh5_q    <= sh4_q[2:0];

    fine_q   <= coarse_q >>> sh5_q;

    sat_q    <= over ? 12'sd1023 : under ? -12'sd1024 : fine_q[11:0];

    r_q      <= {rounded[11], rounded[11:1]};
    z_q      <= r_q + $signed({4'd0, zero_point_i});
    y_o      <= low ? floor_i : (z_q > 12'sd255) ? 8'd255 : z_q[7:0];
  end
endmodule
`default_nettype wire
