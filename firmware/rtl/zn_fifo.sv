// Small first-in first-out queue in distributed memory, first word falls through.
// Latency: 1 cycle. Stall rule: ready/valid on both sides; data_o holds while valid_o and not ready_i.
// Parameters: WIDTH >= 1, DEPTH_LOG2 1..6.
`default_nettype none
module zn_fifo #(
    parameter int WIDTH = 8,      // bits of a word
    parameter int DEPTH_LOG2 = 2  // log2 of the number of words
) (
    input  wire                 clk_i,
    input  wire                 rst_i,
    input  wire                 valid_i,
    output logic                ready_o,
    input  wire  [WIDTH-1:0]    data_i,
    output logic                valid_o,
    input  wire                 ready_i,
    output logic [WIDTH-1:0]    data_o,
    output logic [DEPTH_LOG2:0] level_o   // words in the queue
);
  logic [WIDTH-1:0]      mem [0:(1<<DEPTH_LOG2)-1];
  logic [DEPTH_LOG2-1:0] write_q, read_q;
  logic [DEPTH_LOG2:0]   level_q;
  wire push = valid_i && ready_o;
  wire pop  = valid_o && ready_i;

  assign ready_o = !level_q[DEPTH_LOG2];
  assign valid_o = level_q != '0;
  assign data_o  = mem[read_q];
  assign level_o = level_q;

  always_ff @(posedge clk_i) begin
    if (push) mem[write_q] <= data_i;
    if (rst_i) begin
      write_q <= '0;
      read_q  <= '0;
      level_q <= '0;
    end else begin
      if (push) write_q <= write_q + 1'b1;
      if (pop) read_q <= read_q + 1'b1;
      if (push && !pop) level_q <= level_q + 1'b1;
      else if (pop && !push) level_q <= level_q - 1'b1;
    end
  end
endmodule
`default_nettype wire
