// Cuts a run of beats into INCR bursts of at most 16 that never cross 4 KiB.
// Latency: 3 cycles from job to first burst, 2 between bursts. Stall rule: ready/valid on both sides.
// Parameters: BEATS_W width of the job's length.
`default_nettype none
module zn_burst #(
    parameter int BEATS_W = 24
) (
    input  wire                clk_i,
    input  wire                rst_i,
    input  wire                job_valid_i,
    output wire                job_ready_o,
    input  wire  [31:0]        job_addr_i,   // multiple of 8
    input  wire  [BEATS_W-1:0] job_beats_i,  // at least 1
    input  wire                allow_i,      // room for 16 more beats
    output logic               burst_valid_o,
    input  wire                burst_ready_i,
    output logic [31:0]        burst_addr_o,
    output logic [4:0]         burst_beats_o
);
  logic [BEATS_W-1:0] left_q;
  logic [31:0] addr_q;
  // Only the last 16 beats of a page can be too few for a burst of 16
  wire [4:0] page = (&addr_q[11:7]) ? 5'd16 - {1'b0, addr_q[6:3]} : 5'd16;
  wire [4:0] rest = (left_q[BEATS_W-1:4] != '0) ? 5'd16 : {1'b0, left_q[3:0]};
  wire       all = left_q[BEATS_W-1:5] == '0 && !(left_q[4] && left_q[3:0] != '0) && rest <= page;
  // The next burst's length is worked out in the cycle before it may be issued
  logic       more_q, cut_q, all_q;   // beats left; length known; it is the last burst
  logic [4:0] beats_q;
  assign job_ready_o = !more_q && !burst_valid_o;

  always_ff @(posedge clk_i) begin
    cut_q   <= 1'b1;
    beats_q <= rest <= page ? rest : page;
    all_q   <= all;
    if (job_valid_i && job_ready_o) begin
      addr_q <= job_addr_i;
      left_q <= job_beats_i;
      more_q <= 1'b1;
      cut_q  <= 1'b0;
    end else if (burst_valid_o) begin
      if (burst_ready_i) burst_valid_o <= 1'b0;
    end else if (more_q && cut_q && allow_i) begin
      burst_valid_o <= 1'b1;
      burst_addr_o  <= addr_q;
      burst_beats_o <= beats_q;
      addr_q        <= addr_q + {24'd0, beats_q, 3'd0};
      left_q        <= left_q - BEATS_W'(beats_q);
      more_q        <= !all_q;
      cut_q         <= 1'b0;
    end
    if (rst_i) begin
      more_q        <= 1'b0;
      burst_valid_o <= 1'b0;
    end
  end
endmodule
`default_nettype wire
