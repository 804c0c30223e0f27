// Simple dual-port memory: one write port, one read port, one clock. One RAMB36 holds 512 words of 64 bits.
// Latency: 2 cycles (memory register, output register). Reading a word in the cycle it is written gives the old word.
// Stall rule: none; the output register moves every cycle.
// Parameters: WIDTH >= 1, DEPTH_LOG2 1..16.
`default_nettype none
module zn_ram_sdp #(
    parameter int WIDTH = 64,     // bits of a word
    parameter int DEPTH_LOG2 = 9  // log2 of the number of words
) (
    input  wire                   clk_i,
    input  wire                   write_i,
    input  wire  [DEPTH_LOG2-1:0] write_addr_i,
    input  wire  [WIDTH-1:0]      write_data_i,
    input  wire  [DEPTH_LOG2-1:0] read_addr_i,
    output logic [WIDTH-1:0]      read_data_o
);
`ifdef SYNTHESIS
  // Slices as wide as one RAMB36 is at this depth: no multiplexer between a block's output and the register behind it
  localparam int SLICE = DEPTH_LOG2 <= 9 ? 72 : DEPTH_LOG2 == 10 ? 36 : DEPTH_LOG2 == 11 ? 18 : DEPTH_LOG2 == 12 ? 9 :
                         DEPTH_LOG2 == 13 ? 4 : DEPTH_LOG2 == 14 ? 2 : 1;
  genvar s;
  generate
    for (s = 0; s < WIDTH; s += SLICE) begin : g_slice
      localparam int BITS = WIDTH - s < SLICE ? WIDTH - s : SLICE;
      (* ram_style = "block" *) logic [BITS-1:0] mem [0:(1<<DEPTH_LOG2)-1];
      logic [BITS-1:0] read_q;
      always_ff @(posedge clk_i) begin
        if (write_i) mem[write_addr_i] <= write_data_i[s+:BITS];
        read_q               <= mem[read_addr_i];
        read_data_o[s+:BITS] <= read_q;
      end
    end
  endgenerate
`else
  // The same for simulation, in one piece
  logic [WIDTH-1:0] mem [0:(1<<DEPTH_LOG2)-1];
  logic [WIDTH-1:0] read_q;
  always_ff @(posedge clk_i) begin
    if (write_i) mem[write_addr_i] <= write_data_i;
    read_q      <= mem[read_addr_i];
    read_data_o <= read_q;
  end
`endif
endmodule
`default_nettype wire
