// Cuts a run of beats into INCR bursts of at most 16 that never cross 4 KiB.
// Latency: 2 cycles from job to first burst, 2 between bursts. Stall rule: ready/valid on both sides.
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
  wire [9:0] to_page = 10'd512 - {1'b0, addr_q[11:3]};
  wire [4:0] page = to_page > 10'd16 ? 5'd16 : to_page[4:0];
  wire [4:0] rest = left_q > BEATS_W'(16) ? 5'd16 : left_q[4:0];
  wire [4:0] beats = page < rest ? page : rest;
  assign job_ready_o = left_q == '0 && !burst_valid_o;

  always_ff @(posedge clk_i) begin
    if (job_valid_i && job_ready_o) begin
      addr_q <= job_addr_i;
      left_q <= job_beats_i;
    end else if (burst_valid_o) begin
      if (burst_ready_i) burst_valid_o <= 1'b0;
    end else if (left_q != '0 && allow_i) begin
      burst_valid_o <= 1'b1;
      burst_addr_o  <= addr_q;
      burst_beats_o <= beats;
      addr_q        <= addr_q + {24'd0, beats, 3'd0};
      left_q        <= left_q - BEATS_W'(beats);
    end
    if (rst_i) begin
      left_q        <= '0;
      burst_valid_o <= 1'b0;
    end
  end
endmodule
`default_nettype wire
