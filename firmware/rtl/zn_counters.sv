// Counters of one run. Latency: 2 cycles. Stall rule: none. Parameters: PORTS 1..4.
`default_nettype none
module zn_counters #(
    parameter int PORTS = 1
) (
    input  wire              clk_i,
    input  wire              clear_i,
    input  wire              run_i,
    input  wire              mac_i,
    input  wire  [4:0]       positions_i,
    input  wire              stall_read_i,
    input  wire              stall_write_i,
    input  wire              stall_weights_i,
    input  wire  [PORTS-1:0] read_beat_i,
    input  wire  [PORTS-1:0] write_beat_i,
    output logic [31:0]      cycles_o,
    output wire  [63:0]      macs_o,
    output logic [31:0]      array_cycles_o,
    output logic [31:0]      stall_read_o,
    output logic [31:0]      stall_write_o,
    output logic [31:0]      stall_weights_o,
    output logic [31:0]      read_beats_o,
    output logic [31:0]      write_beats_o
);
  logic [41:0] positions_q;
  logic [4:0]  step_q;
  logic [2:0]  reads_q, writes_q;
  logic [2:0]  reads_d, writes_d;
  integer p;
  always_comb begin
    reads_d  = '0;
    writes_d = '0;
    for (p = 0; p < PORTS; p++) begin
      reads_d  = reads_d + 3'(read_beat_i[p]);
      writes_d = writes_d + 3'(write_beat_i[p]);
    end
  end
  // a position is 4 x 16 products
  assign macs_o = {16'd0, positions_q, 6'd0};
  always_ff @(posedge clk_i) begin
    step_q      <= mac_i ? positions_i : '0;
    reads_q     <= reads_d;
    writes_q    <= writes_d;
    positions_q <= positions_q + 42'(step_q);
    read_beats_o  <= read_beats_o + 32'(reads_q);
    write_beats_o <= write_beats_o + 32'(writes_q);
    cycles_o        <= cycles_o + 32'(run_i);
    array_cycles_o  <= array_cycles_o + 32'(run_i && mac_i);
    stall_read_o    <= stall_read_o + 32'(run_i && stall_read_i);
    stall_write_o   <= stall_write_o + 32'(run_i && stall_write_i);
    stall_weights_o <= stall_weights_o + 32'(run_i && stall_weights_i);
    if (clear_i) begin
      positions_q     <= '0;
      step_q          <= '0;
      cycles_o        <= '0;
      array_cycles_o  <= '0;
      stall_read_o    <= '0;
      stall_write_o   <= '0;
      stall_weights_o <= '0;
      read_beats_o    <= '0;
      write_beats_o   <= '0;
    end
  end
endmodule
`default_nettype wire
